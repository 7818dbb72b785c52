import { integerBetween, pick, type Draw } from '../chance.js';
import { readInstructions, type Instructions } from './instructions.js';
import type { Person } from './person.js';

/** What the person has heard when it is their turn. */
export interface HeardPrompt {
  readonly text: string;
  readonly numDigits: number | null;
  readonly finishOnKey: string;
}

/** What the person has in mind, whatever the keys turn out to be. */
export type Intent = 'consent' | 'refusal' | 'optOut' | 'answer' | 'mistake' | 'silence';

export type Reaction =
  | { readonly act: 'hangUp' }
  | {
      readonly act: 'press';
      readonly keys: string;
      readonly intent: Intent;
      readonly hangsUpWithLastKey: boolean;
    };

/** What a person remembers of one call. */
export interface Memory {
  readonly prompts: number;
  readonly answersGiven: number;
  readonly consentSettled: boolean;
  readonly mistaken: boolean;
  /** Text of a prompt and what was pressed at it: the same question gets the same answer. */
  readonly settled: readonly (readonly [text: string, keys: string])[];
}

export const NOTHING_HEARD: Memory = {
  prompts: 0,
  answersGiven: 0,
  consentSettled: false,
  mistaken: false,
  settled: [],
};

const CONSENT: Readonly<Record<string, Intent>> = { '1': 'consent', '2': 'refusal', '9': 'optOut' };
const CONSENT_OF_KIND: Partial<Record<Person['kind'], string>> = { refusesConsent: '2', optsOut: '9' };

/**
 * What a person does at a prompt: a function of who they are, what they remember, what they hear, and chance.
 * The first prompt of a call asks for consent (1 yes, 2 no, 9 never again); keys for the others are taken from
 * the spoken instructions, so any survey can be answered.
 */
export function react(person: Person, memory: Memory, prompt: HeardPrompt, draw: Draw): [Reaction, Memory] {
  const heard = { ...memory, prompts: memory.prompts + 1 };
  if (person.kind === 'hangsUp' && memory.answersGiven >= person.afterAnswers)
    return [{ act: 'hangUp' }, heard];
  if (person.kind === 'silent' || person.kind === 'machine') return [press('', 'silence', false), heard];

  const drawHere: Draw = (purpose) => draw(`${purpose} ${memory.prompts}`);
  if (person.keys) return pressScripted(person, person.keys, heard, prompt, drawHere);

  const wanted = wantedKeys(person, memory, prompt, drawHere);
  const mistake =
    person.kind === 'wrongKeysFirst' && !memory.mistaken ? impossibleKeys(memory, prompt, drawHere) : null;
  if (mistake !== null) return [press(mistake, 'mistake', false), { ...heard, mistaken: true }];

  const intent = memory.consentSettled ? 'answer' : (CONSENT[wanted] ?? 'answer');
  const after = answered(heard, prompt, wanted);
  return [press(finished(wanted, prompt, drawHere), intent, isLast(person, after)), after];
}

function pressScripted(
  person: Person,
  script: readonly string[],
  heard: Memory,
  prompt: HeardPrompt,
  draw: Draw,
): [Reaction, Memory] {
  const keys = script[heard.prompts - 1] ?? '';
  if (keys === '') return [press('', 'silence', false), heard];
  const intent = heard.consentSettled ? 'answer' : (CONSENT[keys] ?? 'mistake');
  const last = person.hangUpAfterLastKey === true && heard.prompts === script.length;
  const after = intent === 'mistake' ? heard : answered(heard, prompt, keys);
  return [press(finished(keys, prompt, draw), intent, last || isLast(person, after)), after];
}

function press(keys: string, intent: Intent, hangsUpWithLastKey: boolean): Reaction {
  return { act: 'press', keys, intent, hangsUpWithLastKey };
}

function answered(memory: Memory, prompt: HeardPrompt, keys: string): Memory {
  return {
    ...memory,
    answersGiven: memory.answersGiven + 1,
    consentSettled: true,
    mistaken: false,
    settled: [...memory.settled, [prompt.text, keys]],
  };
}

function isLast(person: Person, after: Memory): boolean {
  return typeof person.hangUpAfterLastKey === 'number' && after.answersGiven === person.hangUpAfterLastKey;
}

function wantedKeys(person: Person, memory: Memory, prompt: HeardPrompt, draw: Draw): string {
  if (!memory.consentSettled) return CONSENT_OF_KIND[person.kind] ?? '1';
  const before = memory.settled.findLast(([text]) => text !== '' && prompt.text.includes(text));
  if (before) return before[1];
  return (
    fixedAnswer(person, memory, prompt) ??
    chosenKeys(readInstructions(prompt.text, prompt.numDigits), prompt.numDigits, draw('answer'))
  );
}

function fixedAnswer({ answers }: Person, memory: Memory, prompt: HeardPrompt): string | undefined {
  if (!answers) return undefined;
  if (isList(answers)) return answers[memory.answersGiven - 1];
  const text = prompt.text.toLowerCase();
  return Object.entries(answers).find(([piece]) => text.includes(piece.toLowerCase()))?.[1];
}

function isList(answers: NonNullable<Person['answers']>): answers is readonly string[] {
  return Array.isArray(answers);
}

function chosenKeys(instructions: Instructions, maxDigits: number | null, drawn: number): string {
  if (instructions.kind === 'choices') return pick(instructions.keys, drawn) ?? '1';
  if (instructions.kind === 'none') return '1';
  const most = maxDigits === null ? instructions.max : Math.min(instructions.max, 10 ** maxDigits - 1);
  return String(integerBetween(instructions.min, most, drawn));
}

/** Keys that cannot be an answer here. 9 is left out where it would mean "never call me again". */
function impossibleKeys(memory: Memory, prompt: HeardPrompt, draw: Draw): string {
  const instructions: Instructions = memory.consentSettled
    ? readInstructions(prompt.text, prompt.numDigits)
    : { kind: 'choices', keys: Object.keys(CONSENT) };
  const tooMany = instructions.kind === 'range' ? String(instructions.max + 1) : '';
  if (prompt.numDigits !== 1)
    return tooMany !== '' && tooMany.length <= (prompt.numDigits ?? 4)
      ? finished(tooMany, prompt, draw)
      : '#';
  const possible = (key: string) =>
    instructions.kind === 'choices'
      ? instructions.keys.includes(key)
      : instructions.kind === 'none' || (Number(key) >= instructions.min && Number(key) <= instructions.max);
  const wrong = ['0', '3', '4', '5', '6', '7', '8'].filter((key) => !possible(key));
  return pick([...wrong, '#'], draw('mistake')) ?? '#';
}

/** Input of open length ends with the finishing key or with a pause: people do either. */
function finished(keys: string, { numDigits, finishOnKey }: HeardPrompt, draw: Draw): string {
  const open = numDigits === null || keys.length < numDigits;
  const finisher = finishOnKey[0];
  if (!open || finisher === undefined || keys.split('').some((key) => finishOnKey.includes(key))) return keys;
  return draw('finish') < 0.5 ? keys + finisher : keys;
}

/** The words of somebody who is asked to speak instead of pressing. */
export function spoken(keys: string, intent: Intent, language: string | null): string {
  const italian = language?.toLowerCase().startsWith('it') ?? false;
  if (intent === 'consent') return italian ? 'sì' : 'yes';
  if (intent === 'refusal') return 'no';
  if (intent === 'optOut') return italian ? 'non chiamatemi mai più' : 'never call me again';
  return keys.replace(/[*#]/g, '');
}
