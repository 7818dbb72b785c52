import { describe, expect, it } from 'vitest';
import { type EnvironmentError, readEnvironment } from './environment.js';

const needed = { CARRIER_ACCOUNT_SID: 'AC1', CARRIER_AUTH_TOKEN: 'secret' };

describe('the environment of a stand-alone carrier', () => {
  it('needs an account and its token only', () => {
    expect(readEnvironment({ ...needed, CARRIER_SPEED: '' })).toMatchObject({
      accountSid: 'AC1',
      authToken: 'secret',
    });
  });

  it('is read into options', () => {
    const env = {
      ...needed,
      CARRIER_PORT: '4010',
      CARRIER_SPEED: '2.5',
      CARRIER_CPS: '0.5',
      CARRIER_SEED: 'monday',
      CARRIER_LEDGER: '/var/lib/carrier/ledger.jsonl',
      CARRIER_API_KEY_SID: 'SK1',
      CARRIER_API_KEY_SECRET: 'other',
      CARRIER_PEOPLE: 'people.json',
    };
    expect(readEnvironment(env, () => '{"mix":{"completes":1}}')).toEqual({
      accountSid: 'AC1',
      authToken: 'secret',
      apiKey: { sid: 'SK1', secret: 'other' },
      port: 4010,
      ledgerPath: '/var/lib/carrier/ledger.jsonl',
      speed: 2.5,
      seed: 'monday',
      callsPerSecond: 0.5,
      people: { mix: { completes: 1 } },
    });
  });

  it('is refused with every problem at once', () => {
    const env = {
      CARRIER_PORT: '99999',
      CARRIER_SPEED: '0',
      CARRIER_API_KEY_SID: 'SK1',
      CARRIER_PEOPLE: 'p.json',
    };
    const problems = (): readonly string[] => {
      try {
        readEnvironment(env, () => '{"mix":{"sleeps":1}}');
        return [];
      } catch (error) {
        return (error as EnvironmentError).problems;
      }
    };
    expect(problems()).toEqual([
      'CARRIER_ACCOUNT_SID is required',
      'CARRIER_AUTH_TOKEN is required',
      'CARRIER_API_KEY_SID and CARRIER_API_KEY_SECRET go together',
      'CARRIER_PORT must be a port, not "99999"',
      'CARRIER_SPEED must be above zero, not "0"',
      'CARRIER_PEOPLE p.json: mix.sleeps: a weight of 0 or more for a known kind is expected',
    ]);
  });
});
