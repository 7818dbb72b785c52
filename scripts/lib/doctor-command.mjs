/** `npm run doctor`: does everything hold that the dial protocol promises? Reads only. */
import { ensureBuilt } from './build.mjs';
import { databaseUrl, developmentDatabase, withClient } from './databases.mjs';
import { runningClusterUrl } from './embedded-postgres.mjs';
import { loadDotEnv } from './environment.mjs';
import { ensureInstalled } from './install.mjs';
import { LauncherError, messageOf } from './project.mjs';
import { say } from './terminal.mjs';

const USAGE =
  'Usage: npm run doctor -- [--full] [--json]   (--full: every row of a large database, however long it takes)';
const BROKEN = 1;
const NOT_CHECKED = 2;
/** One statement of a full check may go through a whole step of rows on a slow disk. */
const STATEMENT_MS = { recent: 10_000, full: 60_000 };

/**
 * @typedef {import('../../src/operations/invariants/check-invariants.js').InvariantsReport} Report
 * @typedef {import('../../src/operations/invariants/finding.js').InvariantReport} InvariantReport
 * @typedef {import('../../src/operations/invariants/bounds.js').Bounds} Bounds
 */

/** @returns {Promise<number>} 0 when all hold, 1 when one is broken, 2 when one could not be checked */
export async function doctor() {
  const options = process.argv.slice(2);
  const unknown = options.filter((option) => option !== '--full' && option !== '--json');
  try {
    if (unknown.length > 0) throw new LauncherError(USAGE);
    loadDotEnv();
    await ensureInstalled();
    const url = await targetUrl();
    // A database that does not answer is told at once, not after a build.
    await withClient(url, async () => {});
    await ensureBuilt();
    const report = await checkDatabase(url, { full: options.includes('--full') });
    if (options.includes('--json')) say(JSON.stringify(report, null, 2));
    else await print(report);
    return exitCode(report);
  } catch (error) {
    console.error(
      error instanceof LauncherError ? error.message : `Could not be checked: ${messageOf(error)}`,
    );
    return NOT_CHECKED;
  }
}

/**
 * Every statement is a read-only transaction of its own with a time limit of its own: none holds old rows back, and one
 * that takes too long costs only its own answer. Needs the build.
 *
 * @param {string} url
 * @param {Partial<Bounds>} [bounds]
 * @returns {Promise<Report>}
 */
export async function checkDatabase(url, bounds = {}) {
  const { checkInvariants, DEFAULT_BOUNDS, patienceOf } = await built(
    'operations/invariants/check-invariants.js',
  );
  const full = bounds.full ?? false;
  const patience = patienceOf(await delays());
  return withClient(url, (client) =>
    checkInvariants(
      async (
        /** @type {string} */ sql,
        /** @type {unknown[]} */ parameters,
        /** @type {number} */ statementMs,
      ) => {
        // Compiling costs more than it saves in statements that find nothing.
        await client.query(
          `BEGIN READ ONLY; SET LOCAL statement_timeout = ${statementMs}; SET LOCAL lock_timeout = ${statementMs}; SET LOCAL jit = off`,
        );
        try {
          return (await client.query(sql, parameters)).rows;
        } finally {
          await client.query('ROLLBACK');
        }
      },
      {
        ...DEFAULT_BOUNDS,
        ...patience,
        // Each step of a full check may scan tables: fewer of them are quicker.
        ...(full ? { contactsPerStep: 10_000 } : {}),
        statementMs: full ? STATEMENT_MS.full : STATEMENT_MS.recent,
        budgetMs: full ? null : DEFAULT_BOUNDS.budgetMs,
        ...bounds,
      },
    ),
  );
}

/** The bounds the workers run with, as far as this shell and `.env` know them. */
async function delays() {
  const { Environment } = await built('shared/environment/environment.js');
  const environment = new Environment();
  for (const [name, value] of Object.entries(environment)) {
    const given = process.env[name];
    if (name.endsWith('_MS') && typeof value === 'number' && given) {
      Object.assign(environment, { [name]: Number(given) });
    }
  }
  return environment;
}

/**
 * @param {string} file below `src`
 * @returns {Promise<any>}
 */
async function built(file) {
  return import(new URL(`../../dist/src/${file}`, import.meta.url).href);
}

async function targetUrl() {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const adminUrl = await runningClusterUrl('postgres');
  if (adminUrl !== undefined) return databaseUrl(adminUrl, developmentDatabase);
  throw new LauncherError(
    'No database runs: set DATABASE_URL, or keep "npm start" running in another terminal (or: node scripts/db.mjs start).',
  );
}

/** @param {Report} report */
async function print({ invariants, checked }) {
  const { INVARIANTS } = await built('operations/invariants/invariants.js');
  for (const one of invariants) {
    say(`${mark(one)} ${String(one.number).padStart(2)}  ${one.promise}  ${told(one)}`);
    for (const { entity, detail } of one.examples) say(`         ${entity}  ${detail}`);
    if (one.count > one.examples.length) say(`         … and ${one.count - one.examples.length} more`);
    if (one.status === 'broken') {
      say(
        `         → ${INVARIANTS.find((/** @type {InvariantReport} */ { number }) => number === one.number).remedy}`,
      );
    }
  }
  say('');
  say(verdict(invariants));
  if (checked === 'recent') {
    say(
      'Of this large database only what the last events tell of was looked at: npm run doctor -- --full looks at all of it.',
    );
  }
}

/** @param {InvariantReport} invariant */
function mark({ status }) {
  return { holds: 'ok    ', broken: 'BROKEN', listed: 'listed', not_checked: '?     ' }[status];
}

/** @param {InvariantReport} invariant */
function told({ status, count, tookMs, note }) {
  const found = status === 'broken' || status === 'listed' ? `${count} found, ` : '';
  return `(${found}${note === null ? '' : `not checked: ${note}, `}${Math.round(tookMs)} ms)`;
}

/** @param {InvariantReport[]} invariants */
function verdict(invariants) {
  const numbers = (/** @type {string} */ wanted) =>
    invariants.filter(({ status }) => status === wanted).map(({ number }) => number);
  const broken = numbers('broken');
  const open = numbers('not_checked');
  const parts = [
    `${numbers('holds').length + numbers('listed').length} of ${invariants.length} invariants hold`,
  ];
  if (broken.length > 0) parts.push(`broken: ${broken.join(', ')}`);
  if (open.length > 0) parts.push(`not checked: ${open.join(', ')}`);
  return `${parts.join('; ')}.`;
}

/** @param {Report} report */
function exitCode({ invariants }) {
  if (invariants.some(({ status }) => status === 'broken')) return BROKEN;
  return invariants.some(({ status }) => status === 'not_checked') ? NOT_CHECKED : 0;
}
