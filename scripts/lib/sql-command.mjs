/** `npm run sql -- "…"`: SQL without psql, on DATABASE_URL or the embedded database of a running `npm start`. */
import { readFileSync } from 'node:fs';
import { databaseUrl, developmentDatabase, withClient } from './databases.mjs';
import { runningClusterUrl } from './embedded-postgres.mjs';
import { loadDotEnv } from './environment.mjs';
import { ensureInstalled } from './install.mjs';
import { LauncherError } from './project.mjs';
import { say } from './terminal.mjs';

/** @param {number} n */
const rowsOf = (n) => `(${n} row${n === 1 ? '' : 's'})`;
const USAGE = 'Usage: npm run sql -- "SELECT …; UPDATE …"   (several statements run as one transaction)';

export async function sql() {
  const text =
    process.argv.slice(2).join(' ').trim() || (process.stdin.isTTY ? '' : readFileSync(0, 'utf8').trim());
  if (text === '') throw new LauncherError(USAGE);
  loadDotEnv();
  await ensureInstalled();
  await withClient(await targetUrl(), async (client) => {
    try {
      // PostgreSQL's own text for every value: no driver decides how a timestamp or a bigint looks.
      const query = { text, rowMode: /** @type {const} */ ('array'), types: { getTypeParser: () => String } };
      const results = /** @type {unknown} */ (await client.query(query));
      for (const result of Array.isArray(results) ? results : [results]) printResult(result);
    } catch (error) {
      throw new LauncherError(describe(error, text));
    }
  });
}

async function targetUrl() {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const adminUrl = await runningClusterUrl('postgres');
  if (adminUrl !== undefined) return databaseUrl(adminUrl, developmentDatabase);
  throw new LauncherError(
    'No database runs: set DATABASE_URL, or keep "npm start" running in another terminal (or: node scripts/db.mjs start).',
  );
}

/** @param {import('pg').QueryArrayResult<(string | null)[]>} result */
function printResult({ command, fields, rows, rowCount }) {
  if (fields.length === 0) {
    say(rowCount === null ? command : `${command} ${rowCount}`);
    return;
  }
  const table = [
    fields.map((field) => field.name),
    ...rows.map((row) => row.map((value) => value ?? 'NULL')),
  ];
  const widths = fields.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((value, column) => value.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  say([lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n'));
  const isRead = command === 'SELECT' || command === 'SHOW';
  say(isRead ? rowsOf(rows.length) : `${command} ${rowCount} ${rowsOf(rows.length)}`);
}

/**
 * @param {unknown} error
 * @param {string} text
 */
function describe(error, text) {
  if (!(error instanceof Error)) return String(error);
  const { position, detail, hint } = /** @type {import('pg').DatabaseError} */ (error);
  const near =
    position === undefined ? '' : ` (at "${text.slice(Number(position) - 1, Number(position) + 29)}")`;
  return [`ERROR: ${error.message}${near}`, detail && `DETAIL: ${detail}`, hint && `HINT: ${hint}`]
    .filter(Boolean)
    .join('\n');
}
