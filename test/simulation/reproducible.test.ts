import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from '../../simulation/faults.js';
import { openTestDatabase } from '../support/test-database.js';
import { LONG, type OpenLaboratory, openLaboratory, SIZE } from './laboratory.js';

const MAIN = fileURLToPath(new URL('../../dist/simulation/main.js', import.meta.url));

let laboratory: OpenLaboratory;
beforeAll(async () => {
  laboratory = await openLaboratory();
});
afterAll(async () => laboratory.close());

describe('a seeded run', () => {
  it('is the same, step for step, in the same process and in another one', LONG, async () => {
    const first = await laboratory.run('reproducible');
    const between = await laboratory.run('another');
    const second = await laboratory.run('reproducible');
    expect(second.hash).toBe(first.hash);
    expect(between.hash).not.toBe(first.hash);
    expect(await lastLineOfAProcess('reproducible')).toBe(`trace ${first.hash} violations 0`);
  });

  it('comes to rest by itself when nothing fails, without a late call or an error', LONG, async () => {
    const report = await laboratory.run('calm', { faults: new Set() });
    expect(report).toMatchObject({ violations: [], faultCount: 0, lateCalls: 0, givenUp: {} });
    expect(report.calls).toBeGreaterThanOrEqual(SIZE.contacts);
  });

  it('meets every kind of fault within a few seeds', LONG, async () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= 12 && met.size < FAULTS.length; seed++) {
      const { faults } = await laboratory.run(`kinds ${seed}`, { contacts: 30 });
      for (const kind of Object.keys(faults)) met.add(kind);
    }
    expect([...met].toSorted()).toEqual([...FAULTS].toSorted());
  });
});

async function lastLineOfAProcess(seed: string): Promise<string> {
  const database = await openTestDatabase({ empty: true });
  try {
    const size = Object.entries(SIZE).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--seed', seed, ...size], {
      env: { PATH: process.env.PATH, SIMULATION_DATABASE_URL: database.url },
    });
    return stdout.trim().split('\n').at(-1)!;
  } finally {
    await database.close();
  }
}
