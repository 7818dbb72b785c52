import { describe, expect, it } from 'vitest';
import { TwimlError } from './document.js';
import { parseTwiml } from './parse-twiml.js';

const parse = (body: string) => parseTwiml('text/xml; charset=utf-8', body);

function errorCode(run: () => unknown): number {
  try {
    run();
  } catch (error) {
    if (error instanceof TwimlError) return error.code;
    throw error;
  }
  throw new Error('the document was accepted');
}

describe('a TwiML document', () => {
  it('is read into verbs, with the defaults of the reference', () => {
    const { verbs } = parse(
      `<?xml version="1.0" encoding="UTF-8"?><Response><!-- turn 1 -->
        <Gather action="/turn?a=1&amp;t=2"><Say language="it-IT">Perch&#233; &lt;s&#236;&gt;</Say><Pause/></Gather>
        <Redirect method="GET">/turn?a=1&amp;empty=1</Redirect></Response>`,
    );
    expect(verbs).toEqual([
      {
        verb: 'Gather',
        prompts: [
          { verb: 'Say', text: 'Perché <sì>', language: 'it-IT', loop: 1 },
          { verb: 'Pause', seconds: 1 },
        ],
        input: ['dtmf'],
        action: '/turn?a=1&t=2',
        method: 'POST',
        timeoutSeconds: 5,
        numDigits: null,
        finishOnKey: '#',
        actionOnEmptyResult: false,
        bargeIn: true,
        language: null,
      },
      { verb: 'Redirect', url: '/turn?a=1&empty=1', method: 'GET' },
    ]);
  });

  it('keeps the words of speech markup', () => {
    const { verbs } = parse(
      '<Response><Say>Call <say-as interpret-as="telephone">555</say-as> now</Say></Response>',
    );
    expect(verbs).toEqual([{ verb: 'Say', text: 'Call 555 now', language: null, loop: 1 }]);
  });

  it('may be empty, which hangs up', () => {
    expect(parse('<Response/>').verbs).toEqual([]);
  });
});

describe('a document is refused', () => {
  it.each(['', 'text/html', 'application/json', 'text/xmlish'])(
    'with 12300 for content type "%s"',
    (contentType) => {
      expect(errorCode(() => parseTwiml(contentType, '<Response/>'))).toBe(12300);
    },
  );

  it('with 11750 when it is longer than 64 kB', () => {
    expect(errorCode(() => parse(`<Response><Say>${'a'.repeat(65_536)}</Say></Response>`))).toBe(11750);
  });

  it.each([
    '',
    'ok',
    '<Response>',
    '<Response/><Response/>',
    '<response/>',
    '<Response><Say>a & b</Say></Response>',
    '<!DOCTYPE x><Response/>',
  ])('with 12100 when it is not one well-formed Response: %s', (body) => {
    expect(errorCode(() => parse(body))).toBe(12100);
  });

  it.each([
    '<Response><Dial>+1</Dial></Response>',
    '<Response><say>hello</say></Response>',
    '<Response><Gather numdigits="1"/></Response>',
    '<Response><Gather numDigits="one"/></Response>',
    '<Response><Gather method="PUT"/></Response>',
    '<Response><Gather actionOnEmptyResult="yes"/></Response>',
    '<Response><Gather><Redirect>/x</Redirect></Gather></Response>',
    '<Response>hello</Response>',
    '<Response><Gather>hello<Say>you</Say></Gather></Response>',
    '<Response><Redirect/></Response>',
    '<Response lang="en"/>',
    '<Response><Say toString="x">a</Say></Response>',
  ])('with 12200 when the schema does not know it: %s', (body) => {
    expect(errorCode(() => parse(body))).toBe(12200);
  });
});
