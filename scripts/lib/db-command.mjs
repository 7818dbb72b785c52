import { createDatabase, developmentDatabase } from './databases.mjs';
import { clusterNames, ensureCluster, runningClusterUrl, stopByHand } from './embedded-postgres.mjs';
import { ensureInstalled } from './install.mjs';
import { requirePlatform } from './preflight.mjs';
import { LauncherError } from './project.mjs';
import { say } from './terminal.mjs';

const USAGE = `Usage: node scripts/db.mjs start|stop|url [${clusterNames.join('|')}]`;

/**
 * The embedded database by hand. A cluster started here stays up until it is stopped here; `npm start` and `npm test`
 * join it.
 */
export async function db() {
  const [command, requested = 'postgres'] = process.argv.slice(2);
  const name = clusterNames.find((known) => known === requested);
  if (name === undefined) throw new LauncherError(USAGE);
  requirePlatform({ needsDatabase: true });
  await ensureInstalled();
  if (command === 'start') {
    const { adminUrl } = await ensureCluster({ name, byHand: true });
    say(name === 'postgres' ? await createDatabase(adminUrl, developmentDatabase) : adminUrl);
  } else if (command === 'stop') {
    say(`${name}: ${await stopByHand(name)}`);
  } else if (command === 'url') {
    const url = await runningClusterUrl(name);
    if (url === undefined) throw new LauncherError(`It does not run: node scripts/db.mjs start ${name}`);
    say(url);
  } else {
    throw new LauncherError(USAGE);
  }
}
