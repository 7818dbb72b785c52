import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { readTarget, type RetryClass } from './connection-overrides.js';
import { HttpExchanges, type Answer, type Failure, type HttpRequest } from './http-exchange.js';
import { sign, type FormParams } from './signature.js';

export interface WebhookRequest {
  /** May carry connection overrides in its fragment. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: FormParams;
}

export type WebhookResult = { readonly tries: number } & (
  | ({ readonly delivered: true } & Answer)
  | { readonly delivered: false; readonly status: number | null; readonly message: string }
);

/**
 * Sends signed webhooks the way Twilio does: retried only for the classes of failure the URL asks for, at most
 * 15 s in all. A 2xx is a delivery; anything else, redirects included, is a failure.
 */
export class WebhookClient {
  readonly #exchanges = new HttpExchanges();
  #stopped = false;

  constructor(private readonly authToken: string) {}

  /** Never rejects. */
  async send(request: WebhookRequest): Promise<WebhookResult> {
    if (this.#stopped)
      return { delivered: false, tries: 0, status: null, message: 'the carrier has stopped' };
    const { url, policy } = readTarget(request.url);
    const deadline = performance.now() + policy.totalTimeoutMs;
    const httpRequest = this.#signed(request, url);
    for (let tries = 1; ; tries += 1) {
      let outcome: Answer | Failure;
      do outcome = await this.#exchanges.exchange(httpRequest, policy, deadline);
      while ('staleConnection' in outcome && !this.#stopped);
      if ('status' in outcome && outcome.status >= 200 && outcome.status < 300)
        return { delivered: true, tries, ...outcome };
      const failure = 'failure' in outcome ? outcome.failure : statusClass(outcome.status);
      const again = failure !== null && policy.retryOn.has(failure) && tries <= policy.retries;
      if (again && performance.now() < deadline && !this.#stopped) continue;
      const status = 'status' in outcome ? outcome.status : null;
      const message = 'failure' in outcome ? outcome.message : `HTTP status ${outcome.status}`;
      return { delivered: false, tries, status, message };
    }
  }

  /** Destroys what is in flight; every pending `send` settles as a failure. */
  stop(): void {
    this.#stopped = true;
    this.#exchanges.stop();
  }

  /** Retries carry the same signature and the same idempotency token. */
  #signed({ method, params }: WebhookRequest, bareUrl: string): HttpRequest {
    const form = encodeForm(params);
    const url = method === 'GET' ? withQuery(bareUrl, form) : bareUrl;
    const body = method === 'GET' ? '' : form;
    const headers: OutgoingHttpHeaders = {
      accept: '*/*',
      'user-agent': 'TwilioProxy/1.1',
      'i-twilio-idempotency-token': randomUUID(),
      'x-twilio-signature': sign(this.authToken, url, method === 'GET' ? {} : params),
    };
    if (method === 'POST') {
      headers['content-type'] = 'application/x-www-form-urlencoded; charset=utf-8';
      headers['content-length'] = Buffer.byteLength(body);
    }
    return { url, method, headers, body };
  }
}

function statusClass(status: number): RetryClass | null {
  if (status >= 500) return '5xx';
  return status >= 400 ? '4xx' : null;
}

function withQuery(url: string, query: string): string {
  return query === '' ? url : url + (url.includes('?') ? '&' : '?') + query;
}

function encodeForm(params: FormParams): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const one of typeof value === 'string' ? [value] : value) form.append(name, one);
  return form.toString();
}
