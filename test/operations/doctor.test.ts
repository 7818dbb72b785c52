import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/lib/build.mjs';
import type { InvariantsReport } from '../../src/operations/invariants/check-invariants.js';
import { runNode } from '../launcher/throwaway-clone.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The command builds first where a source has changed, and waits for whoever is at it. */
const WITH_BUILD_MS = 240_000;

describe('npm run doctor', { timeout: WITH_BUILD_MS }, () => {
  let database: TestDatabase;
  const doctor = (options: string[] = [], url = database.url) =>
    runNode(['scripts/doctor.mjs', ...options], { ...process.env, DATABASE_URL: url });

  beforeAll(async () => {
    await ensureBuilt();
    database = await openTestDatabase();
  }, WITH_BUILD_MS);
  afterAll(() => database?.close());

  it('exits with 0 when everything holds, and names every promise', async () => {
    const { code, output } = await doctor();
    expect(output).toMatch(/^16 of 16 invariants hold[.]$/m);
    expect(output).toMatch(/^ok\s+3 {2}A contact has at most one live attempt/m);
    expect(code).toBe(0);
  });

  it('exits with 1 when one is broken, with examples and what to do', async () => {
    const broken = '019b1c2d-0000-7000-8000-000000000001';
    await database.api.rows(
      `INSERT INTO campaigns (id, name, language, policy, created_at) VALUES ($1, 'c', 'en-US', '{}', now()) RETURNING id`,
      [broken],
    );
    try {
      const { code, output } = await doctor();
      expect(output).toMatch(/^BROKEN 13 /m);
      expect(output).toContain(`${broken}  campaign has the version 1, the log keeps 0 events`);
      expect(output).toContain('→ A row was changed without its event');
      expect(output).toMatch(/^15 of 16 invariants hold; broken: 13[.]$/m);
      expect(code).toBe(1);

      const { code: same, output: json } = await doctor(['--json', '--full']);
      const report = JSON.parse(json.slice(json.indexOf('{'))) as InvariantsReport;
      expect(report).toMatchObject({ holds: false, checked: 'all' });
      expect(report.invariants.find(({ number }) => number === 13)).toMatchObject({
        status: 'broken',
        count: 1,
      });
      expect(same).toBe(1);
    } finally {
      await database.api.rows(`DELETE FROM campaigns WHERE id = $1 RETURNING id`, [broken]);
    }
  });

  it('exits with 2 when one could not be checked, and still checks the others', async () => {
    await database.api.rows(`ALTER TABLE suppressions RENAME TO elsewhere`);
    try {
      const { code, output } = await doctor();
      expect(output).toMatch(/^[?]\s+11 .*not checked: relation "suppressions" does not exist/m);
      expect(output).toMatch(/^15 of 16 invariants hold; not checked: 11[.]$/m);
      expect(code).toBe(2);
    } finally {
      await database.api.rows(`ALTER TABLE elsewhere RENAME TO suppressions`);
    }
  });

  it('exits with 2 in one line when no database answers', async () => {
    const url = new URL(database.url);
    url.port = '1';
    const { code, output } = await doctor([], url.href);
    expect(output.trim()).toMatch(/^(Note: Node .*\n)?Could not be checked: .*ECONNREFUSED.*$/);
    expect(code).toBe(2);
  });

  it('exits with 2 and says how it is used when an option is unknown', async () => {
    const { code, output } = await doctor(['--fix']);
    expect(output).toContain('Usage: npm run doctor -- [--full] [--json]');
    expect(code).toBe(2);
  });
});
