import { messageOf } from '../lib/project.mjs';
import { say, secondsSince } from '../lib/terminal.mjs';

/**
 * @typedef {object} Notes what a step observes
 * @property {(text: string) => void} see printed below the step
 * @property {(holds: boolean, complaint: string) => void} check a complaint that does not hold fails the step, which goes on
 */

/** Thrown when a step could not be played to its end: what follows has nothing to stand on. */
export class StepBroken extends Error {}

/** Prints each step with what was observed, and remembers what failed. */
export class Report {
  /** @type {string[]} */
  failures = [];
  #heading = '';

  /** @param {string} title */
  heading(title) {
    this.#heading = title;
    say(`\n${title}`);
  }

  /**
   * @param {string} number of the seed's acceptance run
   * @param {string} title
   * @param {AbortSignal} signal
   * @param {(notes: Notes) => Promise<void>} work
   */
  async step(number, title, signal, work) {
    const began = performance.now();
    /** @type {string[]} */
    const seen = [];
    /** @type {string[]} */
    const wrong = [];
    let broken = false;
    try {
      await work({
        see: (text) => seen.push(text),
        check: (holds, complaint) => void (holds || wrong.push(complaint)),
      });
    } catch (error) {
      signal.throwIfAborted();
      wrong.push(messageOf(error));
      broken = true;
    }
    say(`  ${wrong.length === 0 ? 'PASS' : 'FAIL'}  ${number.padEnd(3)}${title} (${secondsSince(began)})`);
    for (const line of seen) say(`           ${line}`);
    for (const line of wrong) say(`         ! ${line}`);
    this.failures.push(...wrong.map((line) => `${this.#heading}, step ${number}: ${line}`));
    if (broken) throw new StepBroken();
  }

  /** @param {string[]} lines of the processes' logs */
  attach(lines) {
    if (lines.length > 0) say(`\n${lines.join('\n')}`);
  }
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`;
}
