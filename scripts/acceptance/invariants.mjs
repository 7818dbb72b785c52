/** The invariants of the dial protocol, as `npm run doctor` asks them. */
import { checkDatabase } from '../lib/doctor-command.mjs';

/**
 * @param {import('pg').Pool} pool
 * @returns {Promise<{ checked: number, broken: string[] }>} what could not be checked counts as broken
 */
export async function brokenInvariants(pool) {
  const { invariants } = await checkDatabase(/** @type {string} */ (pool.options.connectionString), {
    full: true,
  });
  return {
    checked: invariants.length,
    broken: invariants
      .filter(({ status }) => status === 'broken' || status === 'not_checked')
      .map(({ number, promise, count, examples, note }) =>
        note === null
          ? `invariant ${number} is broken ${count} times (${promise}), first ${JSON.stringify(examples[0])}`
          : `invariant ${number} was not checked: ${note}`,
      ),
  };
}
