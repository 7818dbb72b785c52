import { inject, expect, it } from 'vitest';
import { createDatabase, dropDatabase, withClient } from '../../scripts/lib/databases.mjs';
import { isAlive } from '../../scripts/lib/process-table.mjs';
import { runNode } from '../launcher/throwaway-clone.js';
import { waitFor } from '../support/wait-for.js';

it('leaves the database of DATABASE_URL as it was, and nothing of its own when it is interrupted', async () => {
  const { adminUrl } = inject('database');
  const name = `owned_${process.pid}_${Date.now()}`;
  const url = await createDatabase(adminUrl, name);
  const rows = () =>
    withClient(url, async (client) => (await client.query('SELECT * FROM contacts')).rows as unknown[]);
  try {
    await withClient(url, (client) =>
      client.query(
        `CREATE TABLE contacts (id int, state text); INSERT INTO contacts VALUES (1, 'completed')`,
      ),
    );
    const run = runNode(['scripts/acceptance.mjs'], {
      ...process.env,
      DATABASE_URL: url,
      TELEPHONY_PROVIDER: 'twilio',
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'of a real account',
    });
    let seen = '';
    run.child.stdout?.on('data', (chunk) => (seen += String(chunk)));
    const isOver = () => run.child.exitCode !== null;
    await waitFor('step 2 of the run', () => seen.includes('  PASS  2') || isOver(), 90_000).finally(() =>
      run.child.kill('SIGINT'),
    );
    const { code, output } = await run;
    expect(output).toContain('  PASS  2');
    expect(output).not.toContain('FAIL');
    expect(code).toBe(130);

    expect(await rows()).toEqual([{ id: 1, state: 'completed' }]);
    const left = await withClient(adminUrl, async (client) => {
      const found = await client.query(`SELECT datname FROM pg_database WHERE datname LIKE $1`, [
        `voice_survey_acceptance_${run.child.pid}_%`,
      ]);
      return found.rows as unknown[];
    });
    expect(left).toEqual([]);
    const pids = [...output.matchAll(/worker \d+ \((\d+)\)/g)].map(([, pid]) => Number(pid));
    expect(pids.length).toBeGreaterThan(0);
    expect(pids.filter(isAlive)).toEqual([]);
  } finally {
    await dropDatabase(adminUrl, name);
  }
}, 120_000);
