import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/lib/build.mjs';
import { dataDirectory } from '../../scripts/lib/project.mjs';
import { runSimulation } from '../../scripts/mutants/by-simulation.mjs';
import { mutated } from '../../scripts/mutants/edits.mjs';
import { MUTANTS, type Mutant } from '../../scripts/mutants/list.mjs';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The short form of `npm run mutants`: few people, few seeds, and mutants that do not hide. */
const SMALL = ['--campaigns', '1', '--contacts', '8', '--workers', '2'];

describe('a rule that is taken away', () => {
  let database: TestDatabase;
  let folder: string;
  let copies = 0;

  beforeAll(async () => {
    await ensureBuilt();
    database = await openTestDatabase();
    mkdirSync(join(dataDirectory, 'mutants'), { recursive: true });
    folder = mkdtempSync(join(dataDirectory, 'mutants', 'suite-'));
  }, 240_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await database.close();
  });

  const run = (mutant: Mutant, seeds: string) =>
    runSimulation(mutant, {
      folder: join(folder, String(++copies)),
      url: database.url,
      seeds,
      options: SMALL,
    });

  it.each(['no-intent', 'turn-not-stored'])(
    '(%s) is noticed within three seeds',
    async (name) => {
      const verdict = await run(
        MUTANTS.find((mutant) => mutant.name === name)!,
        '1-3',
      );
      expect(verdict).toMatchObject({ caught: true, where: expect.stringMatching(/^seed [123]$/) });
    },
    240_000,
  );

  it('in name only escapes', async () => {
    const harmless: Mutant = {
      name: 'harmless',
      breaks: 'Nothing.',
      edits: [
        {
          file: 'src/shared/db/locks.ts',
          find: 'const NAMESPACE = 8_880;',
          replace: 'const NAMESPACE = 8_881;',
        },
      ],
      caughtBy: { simulation: true },
    };
    const verdict = await run(harmless, '1-1');
    expect(verdict).toEqual({ caught: false, where: 'escaped after seed 1', how: 'no violation' });
  }, 240_000);

  it('and leaves code that cannot even be loaded is not taken for caught', async () => {
    const broken: Mutant = {
      name: 'broken',
      breaks: 'The language.',
      edits: [
        {
          file: 'src/shared/db/locks.ts',
          find: 'const NAMESPACE = 8_880;',
          replace: 'throw new Error("no");',
        },
      ],
      caughtBy: { simulation: true },
    };
    expect(await run(broken, '1-1')).toMatchObject({ caught: false, where: 'crashed' });
  }, 60_000);

  it('and leaves code that fails when it is run is not taken for caught', async () => {
    const senseless: Mutant = {
      name: 'senseless',
      breaks: 'The language, where a tick claims.',
      edits: [
        {
          file: 'src/shared/db/locks.ts',
          find: 'return tryLock(tx, LOCKS.claim);',
          replace: 'return tx.tryLock(LOCKS.claim);',
        },
      ],
      caughtBy: { simulation: true },
    };
    expect(await run(senseless, '1-1')).toMatchObject({
      caught: false,
      where: 'broken in seed 1',
      how: expect.stringContaining('TypeError'),
    });
  }, 240_000);

  it('is looked for in code that still has it: the name of a place that has gone is an error', () => {
    const rotten: Mutant = {
      name: 'rotten',
      breaks: 'Nothing any more.',
      edits: [{ file: 'src/shared/db/locks.ts', find: 'a line of last year', replace: '' }],
      caughtBy: { simulation: true },
    };
    expect(() => mutated(rotten)).toThrow('mutant rotten: in src/shared/db/locks.ts there are 0 places');
  });

  it('has a place of its own in the code, every one of them', () => {
    for (const mutant of MUTANTS) expect(mutated(mutant).size).toBeGreaterThan(0);
    const names = MUTANTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(25);
  });
});
