/** Servers of a launcher that was killed: they end by themselves, and the next start waits for them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineOf, isAlive } from './process-table.mjs';
import { dataDirectory, delay, projectRoot } from './project.mjs';
import { say } from './terminal.mjs';

const recordFile = join(dataDirectory, 'start-children.json');
const PATIENCE_MS = 12_000;
const POLL_MS = 100;

/**
 * @param {string} name
 * @param {import('./processes.mjs').Running} running
 */
export function recordChild(name, running) {
  writeFileSync(recordFile, `${JSON.stringify({ ...recordedChildren(), [name]: running.pid })}\n`);
  return running;
}

/** Call only while no other launcher runs in this clone. */
export async function endOrphans() {
  const orphans = Object.values(recordedChildren()).filter(isOurs);
  if (orphans.length === 0) return;
  say('Waiting for the servers of a run that was killed.');
  const deadline = Date.now() + PATIENCE_MS;
  while (orphans.some(isOurs) && Date.now() < deadline) await delay(POLL_MS);
  for (const pid of orphans.filter(isOurs)) process.kill(pid, 'SIGKILL');
  while (orphans.some(isOurs)) await delay(POLL_MS);
}

/** @returns {Record<string, number>} */
function recordedChildren() {
  try {
    return JSON.parse(readFileSync(recordFile, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * A process id may have been given to another program since it was written down.
 *
 * @param {number} pid
 */
function isOurs(pid) {
  return isAlive(pid) && commandLineOf(pid).includes(join(projectRoot, 'dist', 'src'));
}
