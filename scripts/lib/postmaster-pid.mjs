/** postmaster.pid: who serves a data directory, and what a crash leaves in it. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineOf, isAlive } from './process-table.mjs';
import { hasCode } from './project.mjs';

/**
 * @param {string} data directory
 * @returns {{ pid: number, port: number, ready: boolean } | undefined} lines 1, 4 and 8 of the file
 */
export function readPidFile(data) {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/**
 * A killed server's process id may belong to another program now (usual after a container's restart), or to a zombie
 * nobody reaps: both look alive to a signal, and PostgreSQL would refuse to start because of them.
 *
 * @param {number} pid
 * @param {string} data directory it was started with
 */
export function isServer(pid, data) {
  return pid > 0 && isAlive(pid) && commandLineOf(pid).includes(data);
}

/**
 * Replaces the id of a process that is not our server by one that has certainly ended. The file itself stays: by it
 * PostgreSQL finds the shared memory that children of a killed server may still be using.
 *
 * @param {string} data directory
 */
export function disownPidFile(data) {
  const found = readPidFile(data);
  if (found === undefined || isServer(found.pid, data)) return;
  const file = join(data, 'postmaster.pid');
  const { pid } = spawnSync('/bin/sh', ['-c', ':']);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(pid)));
}
