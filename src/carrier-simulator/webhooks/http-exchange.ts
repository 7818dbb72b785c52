import * as http from 'node:http';
import * as https from 'node:https';
import type { ConnectionPolicy, RetryClass } from './connection-overrides.js';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface Failure {
  readonly failure: RetryClass;
  readonly message: string;
  /** A kept-alive connection that the server had closed meanwhile: it says nothing about the server. */
  readonly staleConnection?: true;
}

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: string;
}

/** 64 kB and one chunk more are enough to know that a document is too long (Twilio error 11750). */
const MAX_BODY_BYTES = 64 * 1024;

/** One request and its answer over kept-alive connections, with separate limits for connecting and reading. */
export class HttpExchanges {
  readonly #inFlight = new Set<http.ClientRequest>();
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };

  /** Never rejects. `deadline` is an instant of `performance.now()`. */
  exchange(given: HttpRequest, policy: ConnectionPolicy, deadline: number): Promise<Answer | Failure> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      let settled = false;
      const finish = (outcome: Answer | Failure) => {
        settled = true;
        clearTimeout(timer);
        this.#inFlight.delete(request);
        resolve(outcome);
      };
      const fail = (error: NodeJS.ErrnoException) => {
        const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        const failure = { failure: 'ct', message: error.code ?? error.message } as const;
        finish(stale ? { ...failure, staleConnection: true } : failure);
      };
      const allow = (ms: number, failure: RetryClass, message: string) => {
        clearTimeout(timer);
        if (settled) return;
        const current = setTimeout(
          () =>
            // After a stall of this process, what has arrived meanwhile is read before anybody is blamed.
            setImmediate(() => {
              if (settled || timer !== current) return;
              finish({ failure, message });
              request.destroy();
            }),
          Math.max(0, Math.min(ms, deadline - performance.now())),
        );
        timer = current;
      };

      const request = this.#open(given, (response) => {
        readBody(response, fail, (body) =>
          finish({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            body,
          }),
        );
      });
      this.#inFlight.add(request);
      request.on('error', fail);
      request.on('close', () => fail(new Error('connection closed')));
      request.on('socket', (socket) => {
        const connected = () => allow(policy.readTimeoutMs, 'rt', 'no answer in time');
        if (!socket.connecting) return connected();
        allow(policy.connectTimeoutMs, 'ct', 'no connection in time');
        socket.once(request.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
      });
      request.end(given.body);
    });
  }

  /** Every pending exchange settles as a failure. */
  stop(): void {
    for (const request of this.#inFlight) request.destroy(new Error('the carrier has stopped'));
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #open({ url, method, headers }: HttpRequest, onResponse: (response: http.IncomingMessage) => void) {
    const target = new URL(url);
    return target.protocol === 'https:'
      ? https.request(target, { method, headers, agent: this.#agents['https:'] }, onResponse)
      : http.request(target, { method, headers, agent: this.#agents['http:'] }, onResponse);
  }
}

function readBody(
  response: http.IncomingMessage,
  onError: (error: Error) => void,
  onEnd: (body: string) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    size += chunk.length;
  });
  response.on('error', onError);
  response.on('end', () => onEnd(Buffer.concat(chunks).toString('utf8')));
}
