/** `npm run mutants`: takes the rules of the dial protocol away, one at a time, and shows what notices it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../lib/build.mjs';
import { ensureInstalled } from '../lib/install.mjs';
import { requirePlatform } from '../lib/preflight.mjs';
import { onStopRequest } from '../lib/processes.mjs';
import { dataDirectory, LauncherError } from '../lib/project.mjs';
import { say, secondsSince } from '../lib/terminal.mjs';
import { withOwnDatabase } from '../lib/test-database.mjs';
import { reachTestServer } from '../lib/test-server.mjs';
import { runSimulation } from './by-simulation.mjs';
import { runTest } from './by-test.mjs';
import { mutated } from './edits.mjs';
import { MUTANTS } from './list.mjs';

const HELP = `npm run mutants -- [options]

  --only A,B      these mutants only; --list names them all
  --seeds A-B     seeds in which the simulation must catch its mutants (default 1-100)
  --json FILE     writes what was found
  --list          names, and what each breaks`;

const AT_ONCE = 2;

/**
 * @typedef {{ caught: boolean, where: string, how: string }} Verdict `where`: the seed or the test; `how`: what it said
 * @typedef {Verdict & { mutant: string, breaks: string, by: string }} Finding
 */

/**
 * @param {string[]} args
 * @returns {Promise<number>} exit code: 0 when every mutant was caught
 */
export async function mutants(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      seeds: { type: 'string', default: '1-100' },
      json: { type: 'string' },
      list: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help || values.list) {
    say(values.help ? HELP : MUTANTS.map(({ name, breaks }) => `${name.padEnd(30)} ${breaks}`).join('\n'));
    return 0;
  }
  const chosen = choose(values.only);
  // All of them before the first is run: a mutant that has rotted fails at once.
  for (const mutant of chosen) mutated(mutant);
  requirePlatform({ needsDatabase: !process.env.DATABASE_URL });
  await ensureInstalled();
  await ensureBuilt();
  const findings = await runAll(chosen, values.seeds);
  say('');
  for (const finding of findings) say(lineOf(finding));
  if (values.json !== undefined)
    writeFileSync(resolve(values.json), `${JSON.stringify(findings, null, 2)}\n`);
  const caught = findings.filter((finding) => finding.caught).length;
  say(`mutants ${findings.length} caught ${caught}`);
  return caught === findings.length ? 0 : 1;
}

/**
 * @param {string | undefined} only
 * @returns {import('./list.mjs').Mutant[]}
 */
function choose(only) {
  if (only === undefined) return MUTANTS;
  return only.split(',').map((wanted) => {
    const mutant = MUTANTS.find(({ name }) => name === wanted);
    if (mutant === undefined) throw new LauncherError(`There is no mutant ${wanted}; --list names them all.`);
    return mutant;
  });
}

/**
 * @param {import('./list.mjs').Mutant[]} chosen
 * @param {string} seeds
 * @returns {Promise<Finding[]>} in the order of the list
 */
export async function runAll(chosen, seeds) {
  const parent = join(dataDirectory, 'mutants');
  mkdirSync(parent, { recursive: true });
  const scratch = mkdtempSync(join(parent, 'named-'));
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  onStopRequest(() => process.exit(130));
  process.once('exit', remove);
  const server = await reachTestServer();
  /** @type {Finding[]} */
  const findings = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < chosen.length; index = next++) {
      const mutant = /** @type {import('./list.mjs').Mutant} */ (chosen[index]);
      const began = performance.now();
      const finding = await run(mutant, {
        folder: join(scratch, mutant.name),
        seeds,
        adminUrl: server.adminUrl,
      });
      findings[index] = finding;
      rmSync(join(scratch, mutant.name), { recursive: true, force: true });
      say(`${lineOf(finding)} (${secondsSince(began)})`);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    await server.leave();
    remove();
  }
  return findings;
}

/**
 * @param {import('./list.mjs').Mutant} mutant
 * @param {{ folder: string, seeds: string, adminUrl: string }} place
 * @returns {Promise<Finding>}
 */
async function run(mutant, { folder, seeds, adminUrl }) {
  const { name, breaks, caughtBy } = mutant;
  const verdict =
    'test' in caughtBy
      ? await runTest(mutant, { folder, adminUrl, ...caughtBy })
      : await withOwnDatabase(
          ({ url }) => runSimulation(mutant, { folder, url, seeds, options: caughtBy.options ?? [] }),
          { purpose: 'mutant' },
        );
  return { mutant: name, breaks, by: 'test' in caughtBy ? 'test' : 'simulation', ...verdict };
}

/** @param {Finding} finding */
function lineOf({ mutant, by, caught, where, how }) {
  const said = how.length > 110 ? `${how.slice(0, 107)}...` : how;
  return `${caught ? 'caught ' : 'ESCAPED'} ${mutant.padEnd(30)} ${by.padEnd(10)} ${where.padEnd(10)} ${said}`;
}
