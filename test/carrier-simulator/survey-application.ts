import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { account } from './sdk-client.js';

export interface ReceivedWebhook {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly params: Record<string, string>;
  readonly signatureValid: boolean;
  readonly headers: IncomingMessage['headers'];
}

export interface Reply {
  readonly status?: number;
  readonly contentType?: string;
  readonly body?: string;
  /** Resolves when the answer may leave. */
  readonly after?: Promise<unknown>;
  /** Closes the connection instead of answering. */
  readonly hangUp?: boolean;
}

export type Handler = (webhook: ReceivedWebhook) => Reply | VoiceResponse;

/** A small customer of the carrier: answers by path, keeps what it received, checks signatures with the SDK. */
export async function startApplication(handlers: Record<string, Handler>) {
  const received: ReceivedWebhook[] = [];
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse) {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const target = new URL(request.url ?? '/', url);
    const params = Object.fromEntries(new URLSearchParams(body));
    const signature = String(request.headers['x-twilio-signature'] ?? '');
    const signatureValid = validateRequest(account.authToken, signature, url + (request.url ?? ''), params);
    const { headers } = request;
    const webhook = { path: target.pathname, query: target.searchParams, params, signatureValid, headers };
    received.push(webhook);
    const made = handlers[target.pathname]?.(webhook) ?? { status: 204 };
    const reply: Reply = made instanceof VoiceResponse ? { body: made.toString() } : made;
    await reply.after;
    if (reply.hangUp) return request.socket.destroy();
    const type = reply.contentType ?? (reply.body === undefined ? undefined : 'text/xml');
    response.writeHead(reply.status ?? 200, type === undefined ? {} : { 'content-type': type });
    return response.end(reply.body);
  }

  return {
    url,
    received,
    /** What came to a path, in order of arrival. */
    at: (path: string) => received.filter((webhook) => webhook.path === path),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Application = Awaited<ReturnType<typeof startApplication>>;

const QUESTIONS = [
  { text: 'From 1 to 5, how satisfied are you? Press a key from 1 to 5.', numDigits: 1, valid: /^[1-5]$/ },
  { text: 'Would you recommend us? Press 1 for yes, 2 for no.', numDigits: 1, valid: /^[12]$/ },
  {
    text: 'How many times did you visit us? Enter a number from 10 to 99, then press the pound key.',
    numDigits: undefined,
    valid: /^[1-9][0-9]$/,
  },
];

/** A survey of consent and three questions; turn 0 asks for consent, a wrong or empty answer is asked again. */
export function surveyHandlers(answers: string[] = []): Record<string, Handler> {
  const ask = (turn: number, text: string, numDigits?: number) => {
    const response = new VoiceResponse();
    const gather = response.gather({
      action: `/turn?turn=${turn}`,
      numDigits,
      timeout: 5,
      actionOnEmptyResult: true,
    });
    gather.say({ language: 'en-US' }, text);
    response.redirect(`/turn?turn=${turn}&empty=1`);
    return response;
  };
  const askTurn = (turn: number) => {
    const question = QUESTIONS[turn - 1];
    if (turn === 0)
      return ask(0, 'May we ask three questions? Press 1 for yes, 2 for no, 9 to never be called again.', 1);
    if (question) return ask(turn, question.text, question.numDigits);
    const response = new VoiceResponse();
    response.say('Thank you. Goodbye.');
    response.hangup();
    return response;
  };
  return {
    '/voice': () => askTurn(0),
    '/turn': ({ query, params }) => {
      const turn = Number(query.get('turn'));
      const digits = params['Digits'] ?? '';
      const valid = turn === 0 ? /^[129]$/ : QUESTIONS[turn - 1]?.valid;
      if (!valid?.test(digits)) return askTurn(turn);
      answers.push(digits);
      return turn === 0 && digits !== '1' ? askTurn(99) : askTurn(turn + 1);
    },
  };
}
