import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiError } from './api-error.js';

export interface Credentials {
  readonly accountSid: string;
  readonly authToken: string;
  /** A second pair of user name and password, which can be revoked without the auth token. */
  readonly apiKey?: { readonly sid: string; readonly secret: string };
}

/** HTTP Basic by account SID and auth token, or by API key and secret. Throws 20003 for anything else. */
export function authenticate(credentials: Credentials, authorization: string | undefined): void {
  const [, encoded = ''] = /^Basic\s+(\S+)$/i.exec(authorization ?? '') ?? [];
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  const { accountSid, authToken, apiKey } = credentials;
  const accepted = [`${accountSid}:${authToken}`, ...(apiKey ? [`${apiKey.sid}:${apiKey.secret}`] : [])];
  if (!accepted.some((pair) => equal(pair, given))) throw new ApiError(20003);
}

function equal(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
