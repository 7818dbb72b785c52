/** `npm run check`: what can be known without a database, in less than a minute. */
import { runChecks } from './checks.mjs';
import { ensureInstalled } from './install.mjs';
import { requirePlatform } from './preflight.mjs';
import { onStopRequest } from './processes.mjs';
import { step } from './terminal.mjs';

export async function check() {
  // What still runs is killed when this process exits.
  onStopRequest(() => process.exit(130));
  requirePlatform({ needsDatabase: false });
  await step('dependencies', ensureInstalled, String);
  await runChecks({ withUnitSpecs: true });
}
