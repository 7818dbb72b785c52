import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase } from '../support/test-database.js';
import { LONG, type OpenLaboratory, openLaboratory, SIZE, SIZE_OPTIONS } from './laboratory.js';

const MAIN = fileURLToPath(new URL('../../dist/simulation/main.js', import.meta.url));

let laboratory: OpenLaboratory;
beforeAll(async () => {
  laboratory = await openLaboratory();
});
afterAll(async () => laboratory.close());

describe('a seeded run', () => {
  it('is the same, step for step, in the same process and in another one', LONG, async () => {
    const first = await laboratory.run('reproducible');
    await laboratory.run('between', { contacts: 4 });
    expect((await laboratory.run('reproducible')).hash).toBe(first.hash);
    expect(await lastLineOfAProcess('reproducible')).toBe(`trace ${first.hash} violations 0`);
  });

  it('comes to rest by itself when nothing fails, without a late call or an error', LONG, async () => {
    const report = await laboratory.run('calm', { faults: new Set() });
    expect(report).toMatchObject({ violations: [], faultCount: 0, lateCalls: 0, givenUp: {} });
    expect(report.calls).toBeGreaterThanOrEqual(SIZE.contacts);
  });
});

async function lastLineOfAProcess(seed: string): Promise<string> {
  const database = await openTestDatabase({ empty: true });
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--seed', seed, ...SIZE_OPTIONS], {
      env: { PATH: process.env.PATH, SIMULATION_DATABASE_URL: database.url },
    });
    return stdout.trim().split('\n').at(-1)!;
  } finally {
    await database.close();
  }
}
