import type { Call } from '../ledger/call.js';
import type { WebhookKind } from '../ledger/entry.js';
import { CallOver } from '../pace.js';
import { TwimlError, type HttpMethod, type TwimlDocument } from '../twiml/document.js';
import { parseTwiml } from '../twiml/parse-twiml.js';
import type { WebhookResult } from '../webhooks/webhook-client.js';
import type { WebhookParams } from './call-parameters.js';
import type { Exchange } from './exchange.js';

export interface DocumentRequest {
  readonly kind: WebhookKind;
  readonly url: string;
  readonly method: HttpMethod;
  readonly params: WebhookParams;
}

export interface LoadedDocument {
  readonly document: TwimlDocument;
  /** What relative URLs in it refer to; null for TwiML that came with the create request. */
  readonly url: string | null;
}

/** Gets the documents of one call, from the fallback where the application's own URL fails. */
export class DocumentLoader {
  constructor(
    private readonly exchange: Exchange,
    private readonly call: Call,
    private readonly signal: AbortSignal,
  ) {}

  /** The document to begin with; null as in `load`. */
  async first(params: WebhookParams): Promise<LoadedDocument | null> {
    const { voice } = this.call.order;
    if ('url' in voice) return this.load({ kind: 'voice', ...voice, params });
    try {
      return { document: parseTwiml('text/xml', voice.twiml), url: null };
    } catch (error) {
      return this.#fallBack(error, '', params);
    }
  }

  /** null: neither the URL nor the fallback gave a document that can be executed, which ends the call. */
  async load(request: DocumentRequest): Promise<LoadedDocument | null> {
    try {
      return await this.#fetch(request);
    } catch (error) {
      return this.#fallBack(error, request.url, request.params);
    }
  }

  /** Sends a request whose answer nobody is there to hear. */
  async request({ kind, ...request }: DocumentRequest): Promise<void> {
    await this.exchange.send(this.call.sid, kind, request);
  }

  recordError(code: number, message: string, url: string): void {
    this.exchange.ledger.record({ type: 'twiml.error', sid: this.call.sid, code, message, url });
  }

  async #fallBack(error: unknown, failedUrl: string, params: WebhookParams): Promise<LoadedDocument | null> {
    if (!(error instanceof TwimlError)) throw error;
    this.recordError(error.code, error.message, failedUrl);
    const { fallback } = this.call.order;
    if (!fallback) return null;
    const failure = { ErrorCode: String(error.code), ErrorUrl: failedUrl.split('#')[0] ?? '' };
    try {
      return await this.#fetch({ kind: 'fallback', ...fallback, params: { ...params, ...failure } });
    } catch (again) {
      if (!(again instanceof TwimlError)) throw again;
      this.recordError(again.code, again.message, fallback.url);
      return null;
    }
  }

  async #fetch(request: DocumentRequest): Promise<LoadedDocument> {
    const { kind, ...webhook } = request;
    const repeated = kind === 'turn' && this.exchange.faults.onTurn(this.call.order.to) !== null;
    if (repeated) this.exchange.run(() => this.request(request));
    const result = await this.exchange.send(this.call.sid, kind, webhook);
    if (this.signal.aborted) throw new CallOver();
    return { document: documentOf(result), url: request.url };
  }
}

/** Throws TwimlError: 11200 the server answered badly, 11205 it could not be reached, or a parser's code. */
function documentOf(result: WebhookResult): TwimlDocument {
  if (result.delivered) return parseTwiml(result.contentType, result.body);
  throw new TwimlError(result.status === null ? 11205 : 11200, result.message);
}

/** Absolute URLs stay as given, to the letter: the signature covers them so. */
export function resolveUrl(given: string, base: string | null): string | null {
  if (/^https?:\/\//i.test(given)) return URL.canParse(given) ? given : null;
  return base !== null && URL.canParse(given, base) ? new URL(given, base).href : null;
}
