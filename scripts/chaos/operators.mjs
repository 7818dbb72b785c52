/** What operators do at bad moments, and how it is undone. */
import { rowsOf } from '../acceptance/rows.mjs';
import { delay } from '../lib/project.mjs';
import { GLOBAL_LIMIT, CALLS_PER_SECOND, LOW_LIMIT } from './cast.mjs';
import { insist } from './load.mjs';

/**
 * @typedef {object} Office
 * @property {import('./load.mjs').Api} api
 * @property {import('pg').Pool} pool
 * @property {() => string[]} campaignIds
 * @property {AbortSignal} signal
 */

/**
 * @param {Office} office
 * @param {import('./plan.mjs').Fault} fault
 */
export async function act({ api, pool, campaignIds, signal }, { kind, forMs, draw }) {
  const ids = campaignIds();
  const campaign = ids[Math.floor(draw * ids.length)];
  switch (kind) {
    case 'campaign paused':
    case 'campaign paused, hanging up':
      await attempt(() =>
        api('POST', `/campaigns/${campaign}/pause`, { hangUp: kind !== 'campaign paused' }),
      );
      await delay(forMs);
      return insist(() => api('POST', `/campaigns/${campaign}/resume`), signal);
    case 'dialling stopped':
      await attempt(() => api('POST', '/operations/stop', { reason: 'chaos', hangUp: draw < 0.2 }));
      await delay(forMs);
      return insist(() => api('POST', '/operations/resume'), signal);
    case 'limit lowered':
      await attempt(() => api('PATCH', '/operations/settings', { maxConcurrentCalls: LOW_LIMIT }));
      await delay(forMs);
      return insist(() => api('PATCH', '/operations/settings', { maxConcurrentCalls: GLOBAL_LIMIT }), signal);
    case 'pace lowered':
      await attempt(() => api('PATCH', '/operations/settings', { callsPerSecond: 1 }));
      await delay(forMs);
      return insist(() => api('PATCH', '/operations/settings', { callsPerSecond: CALLS_PER_SECOND }), signal);
    case 'number suppressed': {
      const contact = await somebody(pool, draw);
      if (contact)
        await attempt(() => api('POST', '/suppressions', { phoneNumber: contact.phone, reason: 'chaos' }));
      return;
    }
    case 'contact withdrawn': {
      const contact = await somebody(pool, draw);
      if (contact) await attempt(() => api('POST', `/contacts/${contact.id}/withdraw`));
    }
  }
}

/**
 * When the faults are over: dialling goes on everywhere.
 *
 * @param {Office} office
 */
export async function resumeEverything({ api, campaignIds, signal }) {
  await insist(() => api('POST', '/operations/resume'), signal);
  await insist(
    () =>
      api('PATCH', '/operations/settings', {
        maxConcurrentCalls: GLOBAL_LIMIT,
        callsPerSecond: CALLS_PER_SECOND,
      }),
    signal,
  );
  for (const id of campaignIds()) await insist(() => api('POST', `/campaigns/${id}/resume`), signal);
}

/**
 * @param {import('pg').Pool} pool
 * @param {number} draw
 * @returns {Promise<{ id: string, phone: string } | undefined>} a person in a call or, half as often, one who waits
 */
async function somebody(pool, draw) {
  const rows = await rowsOf(
    pool,
    `SELECT id, phone_number AS phone FROM contacts
      WHERE ${draw < 0.66 ? `state = 'in_progress'` : 'next_attempt_at IS NOT NULL'} ORDER BY id`,
  ).catch(() => []);
  return rows[Math.floor(draw * 1_000) % Math.max(1, rows.length)];
}

/** @param {() => Promise<unknown>} ask while the database is away an operator is told so, and gives up */
async function attempt(ask) {
  await ask().catch(() => {});
}
