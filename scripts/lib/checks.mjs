import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { packageBinary } from './package-binary.mjs';
import { captureNode } from './processes.mjs';
import { LauncherError, projectRoot } from './project.mjs';
import { say, secondsSince } from './terminal.mjs';

/** @typedef {{ name: string, args: () => string[] }} Check */

const AT_A_TIME = 2;

/** Slowest first, so that the two lanes end together. @type {Check[]} */
const staticChecks = [
  { name: 'format', args: () => [packageBinary('prettier'), '--check', '--log-level', 'warn', '.'] },
  {
    name: 'types',
    args: () => [packageBinary('ts7', 'tsc'), '--noEmit', '-p', 'tsconfig.json', '--pretty', 'false'],
  },
  {
    name: 'rooms',
    args: () => [
      packageBinary('dependency-cruiser', 'depcruise'),
      '--config',
      '.dependency-cruiser.cjs',
      ...['src', 'migrations', 'ormconfig.ts'].filter((path) => existsSync(join(projectRoot, path))),
    ],
  },
  { name: 'lint', args: () => [packageBinary('oxlint'), '--type-aware', '--deny-warnings'] },
];

/** @type {Check} */
const unitSpecs = {
  name: 'unit specs',
  args: () => [packageBinary('vitest'), 'run', '--project', 'unit', '--reporter', 'dot'],
};

/**
 * Format, lint, types and the rules of the house, two at a time; every failure is shown before it gives up.
 *
 * @param {{ withUnitSpecs?: boolean }} [options]
 */
export async function runChecks({ withUnitSpecs = false } = {}) {
  const waiting = withUnitSpecs ? [...staticChecks, unitSpecs] : [...staticChecks];
  /** @type {string[]} */
  const failed = [];
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const began = performance.now();
      const { code, output } = await captureNode(check.args());
      say(`  ${check.name.padEnd(14)} ${code === 0 ? 'ok' : 'FAILED'} (${secondsSince(began)})`);
      if (code === 0) continue;
      failed.push(check.name);
      say(output.trimEnd());
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  if (failed.length > 0) throw new LauncherError(`Failed: ${failed.join(', ')}.`);
}
