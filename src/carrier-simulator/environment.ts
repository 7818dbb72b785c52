import { readFileSync } from 'node:fs';
import type { CarrierOptions } from './carrier.js';
import { PeopleError, readPeople } from './phone/people.js';
import type { PeopleConfig } from './phone/person.js';

export class EnvironmentError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Options of a stand-alone carrier. Throws EnvironmentError with every problem at once. */
export function readEnvironment(
  env: Environment,
  readFile = (path: string) => readFileSync(path, 'utf8'),
): CarrierOptions {
  const problems: string[] = [];
  const text = (name: string) => (env[name] === '' ? undefined : env[name]);
  const required = (name: string) => {
    const value = text(name);
    if (value === undefined) problems.push(`${name} is required`);
    return value ?? '';
  };
  const number = (name: string, holds: (value: number) => boolean, what: string) => {
    const given = text(name);
    if (given === undefined) return undefined;
    if (holds(Number(given))) return Number(given);
    problems.push(`${name} must be ${what}, not "${given}"`);
    return undefined;
  };
  const isPort = (value: number) => Number.isInteger(value) && value >= 0 && value <= 65_535;
  const isPositive = (value: number) => value > 0 && Number.isFinite(value);

  const options: CarrierOptions = {
    accountSid: required('CARRIER_ACCOUNT_SID'),
    authToken: required('CARRIER_AUTH_TOKEN'),
    apiKey: apiKeyOf(text('CARRIER_API_KEY_SID'), text('CARRIER_API_KEY_SECRET'), problems),
    port: number('CARRIER_PORT', isPort, 'a port'),
    ledgerPath: text('CARRIER_LEDGER'),
    speed: number('CARRIER_SPEED', isPositive, 'above zero'),
    seed: text('CARRIER_SEED'),
    callsPerSecond: number('CARRIER_CPS', isPositive, 'above zero'),
    people: peopleOf(text('CARRIER_PEOPLE'), readFile, problems),
  };
  if (problems.length > 0) throw new EnvironmentError(problems);
  return options;
}

function apiKeyOf(sid: string | undefined, secret: string | undefined, problems: string[]) {
  if (sid !== undefined && secret !== undefined) return { sid, secret };
  if (sid !== undefined || secret !== undefined)
    problems.push('CARRIER_API_KEY_SID and CARRIER_API_KEY_SECRET go together');
  return undefined;
}

function peopleOf(
  path: string | undefined,
  readFile: (path: string) => string,
  problems: string[],
): PeopleConfig | undefined {
  if (path === undefined) return undefined;
  try {
    return readPeople(JSON.parse(readFile(path)));
  } catch (error) {
    const found =
      error instanceof PeopleError
        ? error.problems
        : [error instanceof Error ? error.message : String(error)];
    problems.push(...found.map((problem) => `CARRIER_PEOPLE ${path}: ${problem}`));
    return undefined;
  }
}
