import { randomUUID } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import { readTarget, type ConnectionPolicy, type RetryClass } from './connection-overrides.js';
import { sign, type FormParams } from './signature.js';

export interface WebhookRequest {
  /** May carry connection overrides in its fragment. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: FormParams;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

interface Failure {
  readonly failure: RetryClass;
  readonly message: string;
}

export type WebhookResult = { readonly tries: number } & (
  | ({ readonly delivered: true } & Answer)
  | { readonly delivered: false; readonly status: number | null; readonly message: string }
);

/** The first 64 kB and one byte are enough to know that a document is too long (Twilio error 11750). */
export const MAX_BODY_BYTES = 64 * 1024;

/**
 * Sends signed webhooks the way Twilio does: retried only for the classes of failure the URL asks for, at most
 * 15 s in all. A 2xx is a delivery; anything else, redirects included, is a failure.
 */
export class WebhookClient {
  readonly #inFlight = new Set<http.ClientRequest>();
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };
  #stopped = false;

  constructor(private readonly authToken: string) {}

  async send(request: WebhookRequest): Promise<WebhookResult> {
    if (this.#stopped)
      return { delivered: false, tries: 0, status: null, message: 'the carrier has stopped' };
    const { url, policy } = readTarget(request.url);
    const deadline = performance.now() + policy.totalTimeoutMs;
    const headers = { 'i-twilio-idempotency-token': randomUUID(), 'user-agent': 'TwilioProxy/1.1' };
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.#once(request, url, headers, policy, deadline);
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
    for (const request of this.#inFlight) request.destroy(new Error('the carrier has stopped'));
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #once(
    { method, params }: WebhookRequest,
    givenUrl: string,
    extraHeaders: http.OutgoingHttpHeaders,
    policy: ConnectionPolicy,
    deadline: number,
  ): Promise<Answer | Failure> {
    const form = encodeForm(params);
    const url =
      method === 'GET' && form !== '' ? givenUrl + (givenUrl.includes('?') ? '&' : '?') + form : givenUrl;
    const body = method === 'GET' ? '' : form;
    const headers: http.OutgoingHttpHeaders = {
      ...extraHeaders,
      accept: '*/*',
      'x-twilio-signature': sign(this.authToken, url, method === 'GET' ? {} : params),
      ...(method === 'GET'
        ? {}
        : {
            'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
            'content-length': Buffer.byteLength(body),
          }),
    };
    for (;;) {
      const outcome = await this.#exchange(url, method, headers, body, policy, deadline);
      // A kept-alive connection that the server had already closed says nothing about the server: dial afresh.
      if (!('staleConnection' in outcome) || this.#stopped) return outcome;
    }
  }

  #exchange(
    url: string,
    method: string,
    headers: http.OutgoingHttpHeaders,
    body: string,
    policy: ConnectionPolicy,
    deadline: number,
  ): Promise<Answer | (Failure & { staleConnection?: true })> {
    return new Promise((resolve) => {
      const timers: NodeJS.Timeout[] = [];
      const finish = (outcome: Answer | (Failure & { staleConnection?: true })) => {
        timers.forEach(clearTimeout);
        this.#inFlight.delete(request);
        resolve(outcome);
      };
      const giveUpAfter = (ms: number, failure: RetryClass, message: string) => {
        const left = Math.max(0, Math.min(ms, deadline - performance.now()));
        const giveUp = () => {
          finish({ failure, message });
          request.destroy();
        };
        timers.push(setTimeout(giveUp, left));
      };
      const target = new URL(url);
      const { request: open } = target.protocol === 'https:' ? https : http;
      const agent = this.#agents[target.protocol === 'https:' ? 'https:' : 'http:'];
      const request = open(target, { method, headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          if (size <= MAX_BODY_BYTES) chunks.push(chunk);
          size += chunk.length;
        });
        response.on('error', fail);
        response.on('end', () =>
          finish({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      const fail = (error: NodeJS.ErrnoException) => {
        const failure = 'ct';
        const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        const message = error.code ?? error.message;
        finish(stale ? { failure, message, staleConnection: true } : { failure, message });
      };
      this.#inFlight.add(request);
      request.on('error', fail);
      request.on('close', () => fail(new Error('connection closed')));
      request.on('socket', (socket) => {
        const connected = () => {
          timers.splice(0).forEach(clearTimeout);
          giveUpAfter(policy.readTimeoutMs, 'rt', 'no answer in time');
        };
        giveUpAfter(policy.connectTimeoutMs, 'ct', 'no connection in time');
        if (socket.connecting)
          socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
        else connected();
      });
      request.end(body);
    });
  }
}

function statusClass(status: number): RetryClass | null {
  if (status >= 500) return '5xx';
  return status >= 400 ? '4xx' : null;
}

function encodeForm(params: FormParams): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const one of typeof value === 'string' ? [value] : value) form.append(name, one);
  return form.toString();
}
