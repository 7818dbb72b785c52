/** The allow-list of elements, attributes and values. What is not listed here is error 12200. */
type ValueRule = (value: string) => boolean;

interface ElementRule {
  readonly attributes: Readonly<Record<string, ValueRule>>;
  readonly children: readonly string[];
  readonly text: 'forbidden' | 'allowed' | 'required';
}

const anything: ValueRule = () => true;
const boolean: ValueRule = (value) => value === 'true' || value === 'false';
const httpMethod: ValueRule = (value) => value === 'GET' || value === 'POST';
const language: ValueRule = (value) => /^[a-z]{2,3}(-[A-Za-z0-9]{2,4}){0,2}$/.test(value);
const url: ValueRule = (value) => value.trim() !== '';
const integer =
  (min: number, max: number): ValueRule =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max;

const NAMES_OF_SSML = ['break', 'emphasis', 'lang', 'p', 'phoneme', 'prosody', 's', 'say-as', 'sub', 'w'];

const ssml = (...attributes: string[]): ElementRule => ({
  attributes: Object.fromEntries(attributes.map((name) => [name, anything])),
  children: NAMES_OF_SSML,
  text: 'allowed',
});

export const ELEMENTS: Readonly<Record<string, ElementRule>> = {
  Response: {
    attributes: {},
    children: ['Say', 'Play', 'Pause', 'Gather', 'Redirect', 'Hangup'],
    text: 'forbidden',
  },
  Say: {
    attributes: { voice: (value) => value !== '', language, loop: integer(0, 1000) },
    children: NAMES_OF_SSML,
    text: 'allowed',
  },
  Play: {
    attributes: { loop: integer(0, 1000), digits: (value) => /^[0-9*#wW]*$/.test(value) },
    children: [],
    text: 'allowed',
  },
  Pause: { attributes: { length: integer(0, 600) }, children: [], text: 'forbidden' },
  Gather: {
    attributes: {
      action: url,
      method: httpMethod,
      input: (value) => ['dtmf', 'speech', 'dtmf speech', 'speech dtmf'].includes(value),
      timeout: integer(0, 600),
      numDigits: integer(1, 1000),
      finishOnKey: (value) => /^[0-9*#]*$/.test(value),
      actionOnEmptyResult: boolean,
      bargeIn: boolean,
      language,
      hints: anything,
      speechTimeout: (value) => value === 'auto' || /^\d+$/.test(value),
      speechModel: (value) => value !== '',
      maxSpeechTime: integer(1, 60),
      profanityFilter: boolean,
      enhanced: boolean,
      debug: boolean,
      partialResultCallback: url,
      partialResultCallbackMethod: httpMethod,
    },
    children: ['Say', 'Play', 'Pause'],
    text: 'forbidden',
  },
  Redirect: { attributes: { method: httpMethod }, children: [], text: 'required' },
  Hangup: { attributes: {}, children: [], text: 'forbidden' },
  break: ssml('strength', 'time'),
  emphasis: ssml('level'),
  lang: ssml('xml:lang'),
  p: ssml(),
  phoneme: ssml('alphabet', 'ph'),
  prosody: ssml('volume', 'rate', 'pitch'),
  s: ssml(),
  'say-as': ssml('interpret-as', 'format', 'role'),
  sub: ssml('alias'),
  w: ssml('role'),
};
