import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.js';

const usable = {
  DATABASE_URL: 'postgres://localhost/x',
  TELEPHONY_PROVIDER: 'twilio',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  PUBLIC_BASE_URL: 'https://calls.example.com',
};

describe('the environment', () => {
  it('has safe defaults', () => {
    expect(readEnvironment(usable)).toMatchObject({
      PORT: 8880,
      SCHEDULER_TICK_MS: 1_000,
      LEGAL_HOURS: '08:00-21:00',
      WORKERS: 1,
      SCHEDULER_ENABLED: true,
    });
  });

  it('lists every problem at once', () => {
    const message = messageOf({
      PORT: 'eighty',
      LEGAL_HOURS: 'always',
      TWILIO_ACCOUNT_SID: 'AC1',
      PUBLIC_BASE_URL: 'ftp://x',
      WORKERS: '0',
      SCHEDULER_ENABLED: 'maybe',
    });
    for (const name of [
      'PORT',
      'LEGAL_HOURS',
      'TWILIO_ACCOUNT_SID',
      'PUBLIC_BASE_URL',
      'WORKERS',
      'SCHEDULER_ENABLED',
      'DATABASE_URL',
      'TWILIO_AUTH_TOKEN',
    ]) {
      expect(message).toContain(name);
    }
  });

  it('never defaults to a secret and never takes the simulator into production', () => {
    expect(messageOf({ ...usable, NODE_ENV: 'production' })).toContain(
      'ADMIN_API_KEY is required in production',
    );
    const simulated = {
      ...usable,
      TELEPHONY_PROVIDER: 'simulator',
      TWILIO_API_BASE_URL: 'http://127.0.0.1:1',
      NODE_ENV: 'production',
    };
    expect(messageOf(simulated)).toContain('simulator is not available in production');
  });

  it('wants https in production, except on the machine itself', () => {
    const production = { ...usable, NODE_ENV: 'production', ADMIN_API_KEY: 'a key that is long enough' };
    expect(messageOf({ ...production, PUBLIC_BASE_URL: 'http://calls.example.com' })).toContain(
      'PUBLIC_BASE_URL must be https',
    );
    expect(messageOf({ ...production, TWILIO_API_BASE_URL: 'http://127.0.0.1.example.com' })).toContain(
      'TWILIO_API_BASE_URL must be https',
    );
    expect(() => readEnvironment({ ...production, PUBLIC_BASE_URL: 'http://127.0.0.1:8880' })).not.toThrow();
  });

  it('takes an empty value for none', () => {
    expect(readEnvironment({ ...usable, TWILIO_API_KEY_SID: '', PORT: '' }).PORT).toBe(8880);
  });
});

function messageOf(source: Record<string, string>): string {
  try {
    readEnvironment(source);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the environment was accepted');
}
