import { parseArgs } from 'node:util';
import { LauncherError } from '../lib/project.mjs';

export const USAGE = 'npm run chaos -- [--workers 4] [--minutes 5] [--seed anything]';

/**
 * @typedef {{ workers: number, minutes: number, seed: string }} Options
 */

/**
 * @param {string[]} words
 * @returns {Options}
 */
export function optionsOf(words) {
  const { values } = parsed(words);
  return {
    workers: within('workers', Number(values.workers), 1, 16, Number.isInteger),
    minutes: within('minutes', Number(values.minutes), 0.25, 24 * 60, Number.isFinite),
    seed: values.seed ?? String(Math.floor(Math.random() * 1e9)),
  };
}

/** @param {string[]} words */
function parsed(words) {
  try {
    return parseArgs({
      args: words,
      options: {
        workers: { type: 'string', default: '4' },
        minutes: { type: 'string', default: '5' },
        seed: { type: 'string' },
      },
    });
  } catch (error) {
    throw new LauncherError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

/**
 * @param {string} name
 * @param {number} value
 * @param {number} from
 * @param {number} to
 * @param {(value: number) => boolean} isRight
 */
function within(name, value, from, to, isRight) {
  if (!isRight(value) || value < from || value > to) {
    throw new LauncherError(`--${name} is a number from ${from} to ${to}.\n${USAGE}`);
  }
  return value;
}
