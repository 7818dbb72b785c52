/** `npm run states`: writes the diagrams and tables of docs/states.md from the built code; `-- --check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from '../lib/build.mjs';
import { ensureInstalled } from '../lib/install.mjs';
import { LauncherError, projectRoot } from '../lib/project.mjs';
import { say } from '../lib/terminal.mjs';
import { generated, withGenerated } from './diagrams.mjs';

const DOCUMENT = 'docs/states.md';

export async function states() {
  const unknown = process.argv.slice(2).filter((word) => word !== '--check');
  if (unknown.length > 0) throw new LauncherError('Usage: npm run states [-- --check]');
  await ensureInstalled();
  await ensureBuilt();
  const path = join(projectRoot, DOCUMENT);
  const before = readFileSync(path, 'utf8');
  const after = withGenerated(before, generated(await builtMachines()));
  if (after === before) {
    say(`${DOCUMENT} is what the state tables say.`);
    return;
  }
  if (process.argv.includes('--check')) {
    throw new LauncherError(`${DOCUMENT} is not what the state tables say: npm run states`);
  }
  writeFileSync(path, after);
  say(`${DOCUMENT} written.`);
}

/** @returns {Promise<import('./diagrams.mjs').Machines>} */
async function builtMachines() {
  /** @param {string} file */
  const built = async (file) => import(pathToFileURL(join(projectRoot, 'dist', 'src', file)).href);
  const [campaign, contact, call] = await Promise.all([
    built('campaign/domain/campaign-machine.js'),
    built('contact/domain/contact-machine.js'),
    built('telephony/domain/call-machine.js'),
  ]);
  return { ...campaign, ...contact, ...call };
}
