import { drawOf } from '../chance.js';
import { drawFromMix, MixError, readMix } from './mix.js';
import { PERSON_KINDS, type PeopleConfig, type Person } from './person.js';

export class PeopleError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

/** The person who takes the `ordinal`-th call (from 0) to a number: a function of its arguments alone. */
export function personFor(people: PeopleConfig, seed: string, number: string, ordinal: number): Person {
  const fixed = people.numbers?.[number];
  if (!fixed) return drawFromMix(people.mix, drawOf(seed, number, ordinal));
  if (ordinal === 0 || !fixed.later?.length) return fixed;
  return fixed.later[Math.min(ordinal, fixed.later.length) - 1] ?? fixed;
}

/** Checks what came from a file or over HTTP. Throws PeopleError with every problem at once. */
export function readPeople(given: unknown): PeopleConfig {
  const problems: string[] = [];
  if (!isRecord(given)) throw new PeopleError(['people: an object {numbers?, mix?} is expected']);
  for (const name of Object.keys(given))
    if (name !== 'numbers' && name !== 'mix') problems.push(`${name}: unknown, only numbers and mix are`);
  const numbers = given['numbers'] ?? {};
  if (isRecord(numbers))
    for (const [number, person] of Object.entries(numbers)) {
      if (!/^\+[1-9]\d{6,14}$/.test(number)) problems.push(`numbers.${number}: not an E.164 number`);
      checkPerson(person, `numbers.${number}`, problems);
    }
  else problems.push('numbers: an object of persons by number is expected');
  try {
    readMix(given['mix'], PERSON_KINDS);
  } catch (error) {
    if (!(error instanceof MixError)) throw error;
    problems.push(error.message);
  }
  if (problems.length > 0) throw new PeopleError(problems);
  return given as PeopleConfig;
}

const MODIFIERS = ['kind', 'keys', 'answers', 'hangUpAfterLastKey', 'later'];

function checkPerson(person: unknown, at: string, problems: string[]): void {
  if (!isRecord(person)) return void problems.push(`${at}: a person {kind, …} is expected`);
  const kind = person['kind'];
  if (!PERSON_KINDS.some((known) => known === kind))
    problems.push(`${at}.kind: one of ${PERSON_KINDS.join(', ')} is expected`);
  const own = kind === 'hangsUp' ? ['afterAnswers'] : kind === 'declines' ? ['as'] : [];
  for (const name of Object.keys(person))
    if (![...MODIFIERS, ...own].includes(name)) problems.push(`${at}.${name}: unknown for ${String(kind)}`);

  const expect = (name: string, holds: boolean, what: string) => {
    if (!holds) problems.push(`${at}.${name}: ${what} is expected`);
  };
  const { keys, answers, hangUpAfterLastKey: last, later, afterAnswers, as } = person;
  if (kind === 'hangsUp') expect('afterAnswers', isCount(afterAnswers), 'a number of answers, 0 or more,');
  expect('as', as === undefined || as === 'busy' || as === 'no-answer', 'busy or no-answer');
  expect('keys', keys === undefined || (Array.isArray(keys) && keys.every(isKeys)), 'a list of keys 0-9*#');
  const answered = isRecord(answers) ? Object.values(answers) : answers;
  expect(
    'answers',
    answered === undefined || (Array.isArray(answered) && answered.every(isKeys)),
    'keys 0-9*#',
  );
  const knownLast =
    typeof last === 'boolean' ? !last || Array.isArray(keys) : last === undefined || isCount(last);
  expect('hangUpAfterLastKey', knownLast, 'true with keys, or the number of answers,');
  if (Array.isArray(later))
    later.forEach((next, index) => checkPerson(next, `${at}.later[${index}]`, problems));
  else expect('later', later === undefined, 'a list of persons');
}

function isKeys(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9*#]*$/.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
