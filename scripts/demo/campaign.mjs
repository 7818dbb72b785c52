/** The campaign of the demonstration, made of the files in `examples/` and brought to its end through the API. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiProblem } from './api-client.mjs';

export const DEMONSTRATION = 'Demonstration';

const EXAMPLES = new URL('../../examples/', import.meta.url);
const POLL_MS = 1_000;
/** The launcher starts a server again that has died; until then requests fail. */
const PATIENCE_MS = 60_000;

/**
 * @param {import('./api-client.mjs').ApiClient} api
 * @returns {Promise<{ empty: boolean, campaign: any }>} the newest demonstration, if there is one
 */
export async function findDemonstration(api) {
  const { items } = await api.get('/campaigns?limit=500');
  return {
    empty: items.length === 0,
    campaign: items.find((/** @type {any} */ campaign) => campaign.name === DEMONSTRATION) ?? null,
  };
}

/**
 * @param {import('./api-client.mjs').ApiClient} api
 * @returns {Promise<any>} a draft
 */
export async function createDemonstration(api) {
  return api.post('/campaigns', {
    name: DEMONSTRATION,
    language: 'en-US',
    defaultTimezone: 'America/New_York',
    callerId: '+12025550199',
    survey: JSON.parse(await readFile(new URL('survey.json', EXAMPLES), 'utf8')),
    policy: JSON.parse(await readFile(new URL('demo-policy.json', EXAMPLES), 'utf8')),
  });
}

/**
 * Safe to repeat: people who are there already are counted as duplicates.
 *
 * @param {import('./api-client.mjs').ApiClient} api
 * @param {string} campaignId
 * @param {AbortSignal} signal
 * @returns {Promise<any>} the finished import
 */
export async function importContacts(api, campaignId, signal) {
  const form = new FormData();
  const file = await readFile(new URL('contacts.csv', EXAMPLES));
  form.append('file', new Blob([file], { type: 'text/csv' }), 'contacts.csv');
  let job = await api.post(`/campaigns/${campaignId}/imports`, form);
  while (job.status === 'queued' || job.status === 'running') {
    await delay(200, undefined, { signal });
    job = await api.get(`/imports/${job.id}`);
  }
  if (job.status === 'failed') throw new Error(`The import of the contacts failed: ${job.failure}`);
  return job;
}

/**
 * @param {import('./api-client.mjs').ApiClient} api
 * @param {string} campaignId
 * @param {AbortSignal} signal
 * @param {number} [pollMs]
 * @returns {Promise<any>} the last progress, once nobody is called any more: completed, or paused by somebody
 */
export async function untilOver(api, campaignId, signal, pollMs = POLL_MS) {
  let lastHeard = performance.now();
  for (;;) {
    try {
      const progress = await api.get(`/campaigns/${campaignId}/progress`);
      if (progress.status !== 'running') return progress;
      lastHeard = performance.now();
    } catch (error) {
      if (signal.aborted || isRefusal(error) || performance.now() - lastHeard > PATIENCE_MS) throw error;
    }
    await delay(pollMs, undefined, { signal });
  }
}

/** @param {unknown} error */
function isRefusal(error) {
  return error instanceof ApiProblem && error.status < 500;
}
