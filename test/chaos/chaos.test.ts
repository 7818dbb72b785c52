import { expect, it } from 'vitest';
import { runNode } from '../launcher/throwaway-clone.js';

/** The short form of `npm run chaos`: a minute of faults, and the time until everybody is final. */
it('calls nobody twice and loses nothing while workers are killed and the database is restarted', async () => {
  // Its own database server: one that it may restart.
  const environment = { ...process.env, DATABASE_URL: '' };
  const { code, output } = await runNode(
    ['scripts/chaos.mjs', '--workers', '2', '--minutes', '1', '--seed', 'suite'],
    environment,
  );
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  const [, violations, kills, restarts] =
    /^chaos seed suite violations (\d+) kills (\d+) database-restarts (\d+)$/.exec(last) ?? [];
  if (code !== 0) throw new Error(output);
  expect(violations).toBe('0');
  expect(Number(kills)).toBeGreaterThanOrEqual(5);
  expect(Number(restarts)).toBeGreaterThanOrEqual(1);
}, 600_000);
