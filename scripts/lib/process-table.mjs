/** What the operating system says about a process that is not our child. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hasCode } from './project.mjs';

const hasProc = existsSync('/proc/self/stat');

/**
 * @param {number} pid
 * @returns {boolean} false for a zombie too: where process 1 does not reap (a container without an init), whatever was
 *   killed keeps its id and still answers to a signal
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!hasCode(error, 'EPERM')) return false;
  }
  return !isZombie(pid);
}

/** @param {number} pid */
function isZombie(pid) {
  return hasProc ? /^\d+ \(.*\) Z/s.test(read(`/proc/${pid}/stat`)) : ps(pid, 'stat=').startsWith('Z');
}

/**
 * @param {number} pid
 * @returns {string} arguments separated by spaces; empty when it is gone
 */
export function commandLineOf(pid) {
  return hasProc ? read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') : ps(pid, 'command=');
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * @param {number} pid
 * @param {string} column
 */
function ps(pid, column) {
  return spawnSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
}
