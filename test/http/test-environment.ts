import { type Environment, readEnvironment } from '../../src/shared/environment/environment.js';

/** A complete environment of nowhere; nothing in it is ever dialled or connected to. */
export function testEnvironment(overrides: Record<string, string> = {}): Environment {
  return readEnvironment({
    NODE_ENV: 'test',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    TELEPHONY_PROVIDER: 'twilio',
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'a token of no account',
    PUBLIC_BASE_URL: 'http://127.0.0.1:1',
    ...overrides,
  });
}
