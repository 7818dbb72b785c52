import { delay, messageOf } from '../lib/project.mjs';

const POLL_MS = 100;

/**
 * Waits for a condition, never for a time: the bound only says when to give up.
 *
 * @template T
 * @param {string} what completes the sentence "waited … for …"
 * @param {() => Promise<T | null | undefined | false>} probe
 * @param {{ signal: AbortSignal, withinMs?: number, describe?: () => unknown }} options describe: what was seen last
 * @returns {Promise<T>} the first thing the probe gave that is neither null, undefined nor false
 */
export async function until(what, probe, { signal, withinMs = 30_000, describe }) {
  const began = performance.now();
  let problem = '';
  for (;;) {
    signal.throwIfAborted();
    try {
      const value = await probe();
      if (value !== null && value !== undefined && value !== false) return value;
      problem = '';
    } catch (error) {
      // A worker that is just being killed or started does not answer; the probe is asked again.
      problem = messageOf(error);
    }
    if (performance.now() - began > withinMs) {
      const seen = [describe?.(), problem].filter(Boolean).map(String).join('; ');
      throw new Error(`waited ${withinMs / 1_000} s in vain for ${what}${seen && `: ${seen}`}`);
    }
    await delay(POLL_MS);
  }
}
