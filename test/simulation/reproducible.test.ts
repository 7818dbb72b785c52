import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase } from '../support/test-database.js';
import { LONG, type OpenLaboratory, openLaboratory, SIZE, SIZE_OPTIONS } from './laboratory.js';

const MAIN = fileURLToPath(new URL('../../dist/simulation/main.js', import.meta.url));

/** Enough that their transactions meet, few enough to be run three times. */
const CONTACTS = 10;
const SEEDS = ['101', '102'];

let laboratory: OpenLaboratory;
beforeAll(async () => {
  laboratory = await openLaboratory();
});
afterAll(async () => laboratory.close());

describe('a seeded run', () => {
  it(
    'is the same, step for step, in the same process, after other runs, and in another process',
    LONG,
    async () => {
      const hashes = async (seeds: string[]) => {
        const found: [string, string][] = [];
        for (const seed of seeds)
          found.push([seed, (await laboratory.run(seed, { contacts: CONTACTS })).hash]);
        return new Map(found);
      };
      const first = await hashes(SEEDS);
      expect(await hashes(SEEDS.toReversed())).toEqual(new Map([...first].toReversed()));
      expect(await linesOfAProcess()).toEqual(
        SEEDS.map((seed) =>
          expect.stringMatching(`^seed ${seed}: .* trace ${first.get(seed)!.slice(0, 12)}$`),
        ),
      );
    },
  );

  it('comes to rest by itself when nothing fails, without a late call or an error', LONG, async () => {
    const report = await laboratory.run('calm', { faults: new Set() });
    expect(report).toMatchObject({ violations: [], faultCount: 0, lateCalls: 0, givenUp: {} });
    expect(report.calls).toBeGreaterThanOrEqual(SIZE.contacts);
  });
});

async function linesOfAProcess(): Promise<string[]> {
  const database = await openTestDatabase({ empty: true });
  const options = [...SIZE_OPTIONS, '--contacts', String(CONTACTS)];
  const range = `${SEEDS[0]}-${SEEDS.at(-1)}`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--seeds', range, ...options], {
      env: { PATH: process.env.PATH, SIMULATION_DATABASE_URL: database.url },
    });
    return stdout.split('\n').filter((line) => line.startsWith('seed '));
  } finally {
    await database.close();
  }
}
