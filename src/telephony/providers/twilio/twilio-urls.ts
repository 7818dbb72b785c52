import type { Heard } from '../../telephony-port.js';

/**
 * The addresses we give Twilio. Each carries the attempt and the turn, so that the first signed request binds the call
 * even when the create response was lost. The fragment is Twilio's connection override: it never reaches us and is no
 * part of the signature (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
 */
const VOICE_OVERRIDES = '#rc=2&rp=ct,rt,5xx&ct=2000&rt=6000';
const STATUS_OVERRIDES = '#rc=3&rp=ct,rt,5xx&ct=2000&rt=4000';

export class TwilioUrls {
  constructor(private readonly publicBaseUrl: string) {}

  turn(attemptId: string, turn: number): string {
    return this.of(`calls/${attemptId}/turns/${turn}`) + VOICE_OVERRIDES;
  }

  /** The same turn once more, what was heard carried in the signed address. */
  waiting(attemptId: string, turn: number, { input, answeredBy }: Heard, waited: number): string {
    const query = new URLSearchParams({ waited: String(waited) });
    if (answeredBy !== null) query.set('answeredBy', answeredBy);
    if (input.kind === 'keys') query.set('keys', input.keys);
    if (input.kind === 'speech') query.set('speech', input.text);
    return `${this.of(`calls/${attemptId}/turns/${turn}`)}?${query.toString()}${VOICE_OVERRIDES}`;
  }

  status(attemptId: string): string {
    return this.of(`calls/${attemptId}/status`) + STATUS_OVERRIDES;
  }

  fallback(attemptId: string): string {
    return this.of(`calls/${attemptId}/fallback`) + VOICE_OVERRIDES;
  }

  /** What Twilio signed: the public address, whatever proxies stand before us. */
  signed(path: string): string {
    return this.publicBaseUrl.replace(/\/$/, '') + path;
  }

  private of(path: string): string {
    return this.signed(`/webhooks/twilio/${path}`);
  }
}
