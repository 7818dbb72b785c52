import { LauncherError } from './project.mjs';

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** @param {number} since of performance.now() */
export function secondsSince(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * One line per step when it is over: its name, what came of it, its seconds. A step of more than ten seconds says so
 * meanwhile.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {(result: T) => string} [describe]
 * @returns {Promise<T>}
 */
export async function step(name, work, describe = () => 'ok') {
  const began = performance.now();
  const reminder = setInterval(() => say(`  ${name.padEnd(14)} … ${secondsSince(began)}`), 10_000);
  try {
    const result = await work();
    say(`  ${name.padEnd(14)} ${describe(result)} (${secondsSince(began)})`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}

/**
 * Runs a command's main function; what it returns is the exit code. Known failures print their message only.
 *
 * @param {() => Promise<number | void>} main
 */
export async function runCommand(main) {
  // Some tools colour what CI collects; a log file should not be full of escape codes.
  if (!process.stdout.isTTY && process.env.FORCE_COLOR === undefined) process.env.NO_COLOR ??= '1';
  // A closed terminal or pipe must not stop the launcher halfway through stopping the others.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof LauncherError ? error.message : error);
    process.exitCode = 1;
  }
  // A script ends when its work is done, whatever timers or sockets a library has left open.
  process.exit();
}
