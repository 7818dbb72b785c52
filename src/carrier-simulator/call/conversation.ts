import { drawOf, type Draw } from '../chance.js';
import type { Call } from '../ledger/call.js';
import type { EndedBy, WebhookKind } from '../ledger/entry.js';
import { NOTHING_HEARD, react, spoken, type Memory, type Reaction } from '../phone/callee.js';
import * as pacing from '../phone/pacing.js';
import type { Gather, Prompt } from '../twiml/document.js';
import { callParameters, type WebhookParams } from './call-parameters.js';
import type { Exchange } from './exchange.js';
import { DocumentLoader, resolveUrl, type DocumentRequest, type LoadedDocument } from './document-loader.js';
import { gatherKeys } from './gather-input.js';

/** Twilio does not bound the documents of a call usefully; an endless conversation is a defect worth ending. */
const MAX_DOCUMENTS = 500;

type Next = { readonly over: EndedBy } | { readonly request: DocumentRequest };
type Heard = Extract<Reaction, { act: 'press' }>;

/** Plays TwiML to the callee and what the callee does to the application, until one of them has enough. */
export class Conversation {
  readonly #documents: DocumentLoader;
  readonly #draw: Draw;
  #memory: Memory = NOTHING_HEARD;
  /** Texts since the last input was asked for. */
  #heard: string[] = [];

  constructor(
    private readonly exchange: Exchange,
    private readonly call: Call,
    private readonly signal: AbortSignal,
  ) {
    this.#documents = new DocumentLoader(exchange, call, signal);
    this.#draw = drawOf(exchange.seed, call.order.to, call.ordinal, 'conversation');
  }

  /** Says who ended it. Rejects with CallOver when the call ends under it. */
  async run(): Promise<EndedBy> {
    let loaded = await this.#documents.first(this.#params());
    for (let count = 1; loaded !== null; count += 1) {
      const next = await this.#perform(loaded);
      if ('over' in next) return next.over;
      if (count === MAX_DOCUMENTS) return 'loopGuard';
      loaded = await this.#documents.load(next.request);
    }
    return 'application';
  }

  async #perform({ document, url }: LoadedDocument): Promise<Next> {
    for (const verb of document.verbs) {
      if (verb.verb === 'Hangup') break;
      if (verb.verb === 'Redirect') return this.#request('turn', verb.url, verb.method, url, {});
      if (verb.verb === 'Gather') {
        const next = await this.#gather(verb, url);
        if (next) return next;
        continue;
      }
      this.#heard.push(...textsOf([verb]));
      await this.exchange.pace.wait(pacing.promptMs(verb), this.signal);
    }
    this.#recordHeard(null);
    return { over: 'document' };
  }

  async #gather(gather: Gather, url: string | null): Promise<Next | null> {
    const { pace } = this.exchange;
    const { prompts: nth } = this.#memory;
    this.#heard.push(...textsOf(gather.prompts));
    const text = this.#heard.join(' ');
    this.#recordHeard(gather);
    const { numDigits, finishOnKey, timeoutSeconds } = gather;
    const heard = { text, numDigits, finishOnKey };
    const [reaction, memory] = react(this.call.person, this.#memory, heard, this.#draw);
    this.#memory = memory;

    const promptsMs = gather.prompts.reduce((sum, prompt) => sum + pacing.promptMs(prompt), 0);
    if (reaction.act === 'hangUp') {
      await pace.wait(promptsMs * pacing.hangUpShare(this.#draw), this.signal);
      return { over: 'callee' };
    }
    this.#recordMeant(text, reaction);
    if (reaction.keys === '') {
      await pace.wait(promptsMs + timeoutSeconds * 1000, this.signal);
      return gather.actionOnEmptyResult ? this.#act(gather, url, { Digits: '' }) : null;
    }
    await pace.wait(promptsMs * pacing.listenedShare(this.#draw, nth, gather.bargeIn), this.signal);
    await pace.wait(pacing.reactionMs(this.#draw, nth, timeoutSeconds), this.signal);
    const input = gather.input.includes('dtmf')
      ? await this.#press(reaction, gather)
      : this.#speak(reaction, gather);
    if (!input) return gather.actionOnEmptyResult ? this.#act(gather, url, { Digits: '' }) : null;
    if (!reaction.hangsUpWithLastKey) return this.#act(gather, url, input);
    const last = this.#act(gather, url, input);
    if ('request' in last) this.exchange.run(() => this.#documents.request(last.request));
    return { over: 'callee' };
  }

  async #press(reaction: Heard, gather: Gather): Promise<WebhookParams | null> {
    const { pressed, digits, finished } = gatherKeys(reaction.keys, gather);
    for (const [index, key] of pressed.split('').entries()) {
      if (index > 0) await this.exchange.pace.wait(pacing.BETWEEN_KEYS_MS, this.signal);
      this.exchange.ledger.record({ type: 'call.key', sid: this.call.sid, key });
    }
    if (!finished) await this.exchange.pace.wait(gather.timeoutSeconds * 1000, this.signal);
    return digits === '' ? null : { Digits: digits };
  }

  #speak(reaction: Heard, gather: Gather): WebhookParams | null {
    const words = spoken(reaction.keys, reaction.intent, gather.language);
    if (words === '') return null;
    this.exchange.ledger.record({ type: 'call.spoke', sid: this.call.sid, words });
    return { SpeechResult: words, Confidence: '0.9' };
  }

  #act(gather: Gather, url: string | null, input: WebhookParams): Next {
    const message: WebhookParams = 'Digits' in input ? { msg: 'Gather End' } : {};
    return this.#request('turn', gather.action ?? url ?? '', gather.method, url, { ...input, ...message });
  }

  #request(
    kind: WebhookKind,
    given: string,
    method: 'GET' | 'POST',
    base: string | null,
    extra: WebhookParams,
  ): Next {
    const url = resolveUrl(given, base);
    if (url === null) {
      this.#documents.recordError(11200, `not an absolute URL: ${given}`, given);
      return { over: 'application' };
    }
    return { request: { kind, url, method, params: { ...this.#params(), ...extra } } };
  }

  #params(): WebhookParams {
    return callParameters(this.exchange.accountSid, this.call, 'in-progress');
  }

  #recordHeard(gather: Gather | null): void {
    const texts = this.#heard.splice(0);
    if (texts.length === 0 && gather === null) return;
    const attributes =
      gather && Object.fromEntries(Object.entries(gather).filter(([name]) => name !== 'prompts'));
    this.exchange.ledger.record({ type: 'call.heard', sid: this.call.sid, texts, gather: attributes });
  }

  #recordMeant(prompt: string, { keys, intent }: Heard): void {
    this.exchange.ledger.record({ type: 'call.meant', sid: this.call.sid, prompt, keys, intent });
  }
}

function textsOf(prompts: readonly Prompt[]): string[] {
  return prompts.flatMap((prompt) => {
    if (prompt.verb === 'Say') return [prompt.text];
    return prompt.verb === 'Play' ? [`[${prompt.url}]`] : [];
  });
}
