import type { Chance } from '../kernel/chance.js';

/** What a person does with one call. Fixed by seed, number and how many times the phone has rung before. */
export interface Script {
  kind: keyof typeof KINDS;
  /** Seconds until the phone is answered. */
  answersAfter: number;
  /** The turn at which a person who breaks off does so. */
  breaksOffAt: number;
  chance: Chance;
}

/** How often each happens, of a hundred. */
const KINDS = {
  answers: 40,
  busy: 12,
  no_answer: 12,
  failed: 4,
  hangs_up: 9,
  silent: 4,
  refuses: 5,
  opts_out: 5,
  machine: 4,
  /** The last key and the end of the call reach us together. */
  key_and_gone: 5,
} as const;

export function scriptOf(seed: Chance, phoneNumber: string, ring: number): Script {
  const chance = seed.fork('person', phoneNumber, ring);
  const kind = chance.weighted(KINDS);
  return { kind, answersAfter: chance.between(2, 20), breaksOffAt: chance.integer(0, 3), chance };
}

/** A number no carrier connects, whenever it is tried. */
export function isDead(seed: Chance, phoneNumber: string): boolean {
  return seed.fork('dead number', phoneNumber).happens(0.04);
}

export const CONSENT_TEXT = 'May we ask you some questions?';
export const QUESTIONS = [
  { key: 'satisfaction', type: 'scale', text: 'How satisfied are you, from 1 to 5?', min: 1, max: 5 },
  { key: 'recommend', type: 'yes_no', text: 'Would you recommend us?' },
  { key: 'visits', type: 'numeric', text: 'How many times did you visit us?', min: 0, max: 99 },
] as const;

/** Every other campaign can do without its last answer: whoever breaks off there has finished all the same. */
export function questionsOf(campaign: number): object[] {
  return QUESTIONS.map((question) => ({
    ...question,
    required: campaign % 2 === 0 || question !== QUESTIONS.at(-1),
  }));
}

/** Which question a prompt asks: its key, `consent`, or null when the prompt only says something. */
export function askedBy(say: readonly string[]): string | null {
  if (say.includes(CONSENT_TEXT)) return 'consent';
  return QUESTIONS.find(({ text }) => say.includes(text))?.key ?? null;
}

/** The keys pressed at a prompt; null for silence. Now and then something that is no answer. */
export function keysFor(script: Script, question: string): string | null {
  const { chance, kind } = script;
  if (kind === 'silent') return null;
  if (question === 'consent') {
    if (kind === 'refuses') return '2';
    return kind === 'opts_out' ? '9' : '1';
  }
  if (chance.happens(0.05)) return null;
  if (chance.happens(0.06)) return '0';
  if (question === 'satisfaction') return String(chance.integer(1, 5));
  return question === 'recommend' ? chance.pick(['1', '2']) : String(chance.integer(0, 99));
}

/** What keys mean as an answer; undefined when they are none. */
export function valueOf(key: string, keys: string): number | boolean | undefined {
  const question = QUESTIONS.find((one) => one.key === key)!;
  if (question.type === 'yes_no') return keys === '1' ? true : keys === '2' ? false : undefined;
  const number = Number(keys);
  return number >= question.min && number <= question.max ? number : undefined;
}

/** Whether the phone is hung up with the key still on its way: after the last answer, or a refusal. */
export function leavesAfter({ kind, chance }: Script, question: string): boolean {
  if (kind === 'key_and_gone') return question === 'visits';
  return (kind === 'opts_out' || kind === 'refuses') && question === 'consent' && chance.happens(0.5);
}
