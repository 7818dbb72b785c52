/** Runs initdb and pg_ctl as the account and from the folder that were chosen for the cluster. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** @typedef {import('./postgres-place.mjs').Place} Place */

/** PG* variables of the user's shell (PGDATA, PGPORT, PGOPTIONS) must not reach our server. */
function cleanEnvironment() {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * @param {Place} place
 * @param {string[]} pgCtlArguments
 * @returns {Promise<number | null>} exit code
 */
export async function runDetached(place, pgCtlArguments) {
  const child = spawn(
    join(place.binaries, 'pg_ctl'),
    ['-D', join(place.directory, 'data'), '-s', ...pgCtlArguments],
    {
      ...place.account,
      cwd: '/',
      env: cleanEnvironment(),
      stdio: 'ignore',
      detached: true,
    },
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

/**
 * @param {Place} place
 * @param {string} program
 * @param {string[]} programArguments
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export async function run(place, program, programArguments) {
  const child = spawn(join(place.binaries, program), programArguments, {
    ...place.account,
    cwd: '/',
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
