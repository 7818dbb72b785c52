import { describe, expect, it } from 'vitest';
import { type HealthFacts, judgeReadiness } from './readiness.js';

const WELL: HealthFacts = {
  database: {
    answeredMs: 1,
    missingMigrations: [],
    fsync: 'on',
    synchronousCommit: 'on',
    circuit: { state: 'closed', reason: null },
  },
  schedulerEnabled: true,
};

function judge(database: Partial<NonNullable<HealthFacts['database']>>) {
  return judgeReadiness({ ...WELL, database: { ...WELL.database!, ...database } });
}

describe('readiness', () => {
  it('is ok when everything is', () => {
    expect(judgeReadiness(WELL)).toEqual({
      status: 'ok',
      checks: {
        database: { status: 'ok' },
        migrations: { status: 'ok' },
        durability: { status: 'ok' },
        circuit: { status: 'ok' },
        scheduler: { status: 'ok' },
      },
    });
  });

  it('is unavailable without a database', () => {
    const { status, checks } = judgeReadiness({ ...WELL, database: null });
    expect(status).toBe('unavailable');
    expect(checks.database.status).toBe('failed');
  });

  it('is unavailable while a migration is missing, and names it', () => {
    expect(judge({ missingMigrations: ['Calls1'] })).toMatchObject({
      status: 'unavailable',
      checks: { migrations: { status: 'failed', detail: 'missing: Calls1' } },
    });
  });

  it.each([
    [{ fsync: 'off' }, 'off: fsync'],
    [{ synchronousCommit: 'off' }, 'off: synchronous_commit'],
    [{ fsync: 'off', synchronousCommit: 'off' }, 'off: fsync, synchronous_commit'],
  ])('is unavailable with %o', (settings, detail) => {
    expect(judge(settings)).toMatchObject({ status: 'unavailable', checks: { durability: { detail } } });
  });

  it.each(['local', 'remote_write', 'remote_apply'])('accepts synchronous_commit %s', (synchronousCommit) => {
    expect(judge({ synchronousCommit }).status).toBe('ok');
  });

  it('is degraded, not unavailable, while the circuit is open', () => {
    expect(judge({ circuit: { state: 'open', reason: '20003' } })).toMatchObject({
      status: 'degraded',
      checks: { circuit: { status: 'degraded', detail: 'open, dialling waits: 20003' } },
    });
  });

  it('is ok in a process that only serves HTTP, and says so', () => {
    const { status, checks } = judgeReadiness({ ...WELL, schedulerEnabled: false });
    expect(status).toBe('ok');
    expect(checks.scheduler.status).toBe('disabled');
  });
});
