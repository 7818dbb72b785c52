import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { withoutConfiguration } from '../lib/environment.mjs';
import { startNode } from '../lib/processes.mjs';
import { projectRoot } from '../lib/project.mjs';
import { compiled, mutated } from './edits.mjs';

/** A seed takes some seconds; one that says nothing for so long has come to no end. */
const LONGEST_SILENCE_MS = 600_000;
const STOP_GRACE_MS = 3_000;
/** What JavaScript says of code that makes no sense. No check has noticed anything then: the mutant was not run. */
const NO_CODE =
  /\b(TypeError|ReferenceError|SyntaxError)\b|Cannot (read|set) propert|is not (a function|a constructor|defined|iterable)\b|before initialization/;

/**
 * Runs the simulation of a built copy with the mutant in it, seed by seed, until the first violation.
 *
 * @param {import('./list.mjs').Mutant} mutant
 * @param {{ folder: string, url: string, seeds: string, options: string[] }} run `folder` is new and below the project, so
 *   that packages are found; `url` is a database to be written to at will
 * @returns {Promise<import('./mutants-command.mjs').Verdict>}
 */
export async function runSimulation(mutant, { folder, url, seeds, options }) {
  const files = mutated(mutant);
  cpSync(join(projectRoot, 'dist'), folder, {
    recursive: true,
    filter: (path) => !path.endsWith('.map'),
  });
  for (const [file, source] of files)
    writeFileSync(join(folder, file.replace(/\.ts$/, '.js')), compiled(file, source));
  return simulate(folder, url, ['--seeds', seeds, '--stop', ...options]);
}

/**
 * @param {string} folder
 * @param {string} url
 * @param {string[]} args
 * @returns {Promise<import('./mutants-command.mjs').Verdict>}
 */
async function simulate(folder, url, args) {
  const job = startNode([join(folder, 'simulation', 'main.js'), ...args], {
    env: { ...withoutConfiguration(process.env), SIMULATION_DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard = { seed: '', violation: '', error: '', silent: false };
  /** @type {NodeJS.Timeout | undefined} */
  let patience;
  const waitOn = () => {
    clearTimeout(patience);
    patience = setTimeout(() => {
      heard.silent = true;
      void job.stop(STOP_GRACE_MS);
    }, LONGEST_SILENCE_MS);
  };
  waitOn();
  createInterface({ input: /** @type {import('node:stream').Readable} */ (job.child.stdout) }).on(
    'line',
    (line) => {
      waitOn();
      heard.seed = /^seed (\S+):/.exec(line)?.[1] ?? heard.seed;
      heard.violation ||= /^ {2}VIOLATION (.*)/.exec(line)?.[1] ?? '';
    },
  );
  job.child.stderr?.setEncoding('utf8').on('data', (text) => (heard.error = String(text).trim()));
  const { code } = await job.exited;
  clearTimeout(patience);
  if (NO_CODE.test(heard.violation))
    return { caught: false, where: `broken in seed ${heard.seed}`, how: heard.violation };
  if (code === 1 && heard.violation !== '')
    return { caught: true, where: `seed ${heard.seed}`, how: heard.violation };
  const after = heard.seed === '' ? '' : ` after seed ${heard.seed}`;
  if (heard.silent) return { caught: false, where: `silent${after}`, how: 'came to no end' };
  if (code === 0) return { caught: false, where: `escaped${after}`, how: 'no violation' };
  return { caught: false, where: `crashed${after}`, how: heard.error || `exit code ${code}` };
}
