/**
 * `npm run simulate`: seeded runs of the whole engine on databases of their own. A range of seeds is shared out among
 * several processes; whatever their number, the last line is the same.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { withoutConfiguration } from './environment.mjs';
import { ensureInstalled } from './install.mjs';
import { requirePlatform } from './preflight.mjs';
import { onStopRequest, startNode } from './processes.mjs';
import { dataDirectory, LauncherError, projectRoot } from './project.mjs';
import { say } from './terminal.mjs';
import { withOwnDatabase } from './test-database.mjs';

const HELP = `npm run simulate -- [options]

  --seed S        one run; the same seed always gives the same trace
  --seeds A-B     all runs of a range (default 1-20)
  --campaigns C   campaigns of a run (default 2)
  --contacts N    contacts of a run (default 24)
  --workers W     workers of a run (default 3)
  --faults LIST   all (default), none, or names parted by commas; a wrong name lists them
  --jobs J        processes for a range (default: one a processor)
  --report FILE   appends one line of JSON for each seed, so that a long programme can be run range by range
  --stop          stop at the first violation
  --trace         print every step of a single run`;

const STOP_GRACE_MS = 3_000;

/** @returns {Promise<number>} exit code: 0 no violation, 1 violations, 2 the run itself failed */
export async function simulate() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      campaigns: { type: 'string' },
      contacts: { type: 'string' },
      workers: { type: 'string' },
      faults: { type: 'string' },
      jobs: { type: 'string' },
      report: { type: 'string' },
      stop: { type: 'boolean' },
      trace: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    say(HELP);
    return 0;
  }
  requirePlatform({ needsDatabase: !process.env.DATABASE_URL });
  await ensureInstalled();
  await ensureBuilt();
  const common = ['campaigns', 'contacts', 'workers', 'faults'].flatMap((name) => {
    const value = values[/** @type {'campaigns'} */ (name)];
    return value === undefined ? [] : [`--${name}`, value];
  });
  if (values.stop) common.push('--stop');
  if (values.report !== undefined) mkdirSync(dirname(resolve(values.report)), { recursive: true });
  if (values.seed !== undefined) {
    const report = values.report === undefined ? [] : ['--report', resolve(values.report)];
    return runJob([...common, '--seed', values.seed, ...report, ...(values.trace ? ['--trace'] : [])]);
  }
  return runRange(
    values.seeds ?? '1-20',
    Number(values.jobs ?? availableParallelism()),
    common,
    values.report,
  );
}

/**
 * @param {string} range
 * @param {number} jobs
 * @param {string[]} common
 * @param {string | undefined} reportFile
 * @returns {Promise<number>}
 */
async function runRange(range, jobs, common, reportFile) {
  const [from, to] = range.split('-').map(Number);
  if (from === undefined || to === undefined || !(from <= to))
    throw new LauncherError('--seeds needs a range such as 1-100');
  const began = performance.now();
  const shares = sharesOf(from, to, jobs);
  const files = shares.map((_, job) => join(dataDirectory, `simulation-${process.pid}-${job}.jsonl`));
  try {
    const codes = await Promise.all(
      shares.map(([first, last], job) =>
        runJob([...common, '--seeds', `${first}-${last}`, '--report', /** @type {string} */ (files[job])]),
      ),
    );
    const lines = files.flatMap((file) =>
      existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [],
    );
    if (reportFile !== undefined) {
      const { appendFileSync } = await import('node:fs');
      appendFileSync(resolve(reportFile), `${lines.join('\n')}\n`);
    }
    summarize(
      lines.map((line) => JSON.parse(line)),
      performance.now() - began,
    );
    return Math.max(...codes);
  } finally {
    for (const file of files) rmSync(file, { force: true });
  }
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} jobs
 * @returns {[number, number][]} contiguous, so that the lines stay in the order of the seeds
 */
function sharesOf(from, to, jobs) {
  const count = to - from + 1;
  const shares = Math.max(1, Math.min(jobs, count));
  return Array.from({ length: shares }, (_, job) => [
    from + Math.floor((count * job) / shares),
    from + Math.floor((count * (job + 1)) / shares) - 1,
  ]);
}

/**
 * @param {string[]} args
 * @returns {Promise<number>}
 */
async function runJob(args) {
  return withOwnDatabase(
    async ({ url }) => {
      const job = startNode(
        ['--enable-source-maps', join(projectRoot, 'dist', 'simulation', 'main.js'), ...args],
        { env: { ...withoutConfiguration(process.env), SIMULATION_DATABASE_URL: url } },
      );
      onStopRequest(() => void job.stop(STOP_GRACE_MS));
      const { code } = await job.exited;
      return code ?? 2;
    },
    { purpose: 'simulation' },
  );
}

/**
 * @typedef {{ seed: string, hash: string, violations: string[], faultCount: number, contacts: number, calls: number,
 *   lateCalls: number, steps: number, virtualMs: number, faults: Record<string, number> }} SeedReport
 * @param {SeedReport[]} reports
 * @param {number} ms
 */
function summarize(reports, ms) {
  /** @param {(report: SeedReport) => number} figure */
  const sum = (figure) => reports.reduce((total, report) => total + figure(report), 0);
  /** @type {Record<string, number>} */
  const kinds = {};
  for (const { faults } of reports)
    for (const [kind, count] of Object.entries(faults)) kinds[kind] = (kinds[kind] ?? 0) + count;
  const counted = reports.filter(({ contacts, faultCount }) => contacts >= 20 && faultCount >= 100);
  const years = sum(({ virtualMs }) => virtualMs) / 86_400_000 / 365;
  say('');
  say(
    `faults: ${Object.entries(kinds)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
  );
  say(
    `${reports.length} seeds (${counted.length} with at least 20 contacts and 100 faults), ${sum(({ calls }) => calls)} calls ` +
      `(${sum(({ lateCalls }) => lateCalls)} late), ${sum(({ faultCount }) => faultCount)} faults, ` +
      `${sum(({ steps }) => steps)} steps, ${years.toFixed(1)} years of campaigns in ${(ms / 60_000).toFixed(1)} minutes`,
  );
  const failed = reports.filter(({ violations }) => violations.length > 0);
  if (failed.length > 0) say(`failed: ${failed.map(({ seed }) => seed).join(', ')}`);
  const hash = createHash('sha256')
    .update(reports.map((report) => report.hash).join('\n'))
    .digest('hex');
  say(`trace ${hash} violations ${sum(({ violations }) => violations.length)}`);
}
