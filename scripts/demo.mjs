/** The demonstration of `npm start`: a campaign of simulated people, called and reported through the API alone. */
import { setTimeout as delay } from 'node:timers/promises';
import { apiClient } from './demo/api-client.mjs';
import {
  createDemonstration,
  DEMONSTRATION,
  findDemonstration,
  importContacts,
  untilOver,
} from './demo/campaign.mjs';
import { resultsReport } from './demo/report.mjs';

/** The application's live line follows the event log, a moment behind the rows; the report comes after its last state. */
const LIVE_LINE_LAG_MS = 1_500;

/**
 * On an empty database creates, starts and follows a campaign; takes up one that an earlier run left, and prints the
 * results of one that is over. A database with campaigns of its owner only is left alone. Ends quietly when `signal`
 * is aborted; rejects with the API's own words when it refuses something.
 *
 * @param {object} options
 * @param {string} options.baseUrl such as `http://127.0.0.1:8880`
 * @param {string} options.apiKey
 * @param {AbortSignal} options.signal
 * @param {(text: string) => void} options.log
 * @param {string} [options.keyPath] file that holds the key, for the commands that are printed
 */
export async function runDemonstration({ baseUrl, apiKey, signal, log, keyPath }) {
  const api = apiClient({ baseUrl, apiKey, signal });
  try {
    const campaign = await broughtToStart(api, signal, log);
    if (campaign === null) return;
    const last = await untilOver(api, campaign.id, signal);
    if (last.status !== 'completed') {
      log(`The campaign "${DEMONSTRATION}" is ${last.status}: resume it to see it to its end.`);
      return;
    }
    if (campaign.status !== 'completed') await delay(LIVE_LINE_LAG_MS, undefined, { signal });
    const results = await api.get(`/campaigns/${campaign.id}/results`);
    log(`\n${resultsReport(results, last)}\n`);
    log(whatToLookAt(baseUrl, campaign.id, keyPath));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * @param {import('./demo/api-client.mjs').ApiClient} api
 * @param {AbortSignal} signal
 * @param {(text: string) => void} log
 * @returns {Promise<any>} the campaign, started; null when the database is somebody's own
 */
async function broughtToStart(api, signal, log) {
  const found = await findDemonstration(api);
  if (found.campaign === null && !found.empty) return null;
  if (found.campaign !== null && found.campaign.status !== 'draft') {
    if (found.campaign.status === 'running') log(`The campaign "${DEMONSTRATION}" goes on.`);
    return found.campaign;
  }
  // A draft is what a run leaves that was stopped before it had started the campaign.
  const campaign = found.campaign ?? (await createDemonstration(api));
  const { accepted, duplicates } = await importContacts(api, campaign.id, signal);
  await api.post(`/campaigns/${campaign.id}/start`);
  log(`\nThe campaign "${DEMONSTRATION}" calls ${accepted + duplicates} simulated people now.`);
  return campaign;
}

/**
 * @param {string} baseUrl
 * @param {string} campaignId
 * @param {string | undefined} keyPath
 */
export function whatToLookAt(baseUrl, campaignId, keyPath) {
  const key = keyPath === undefined ? '$ADMIN_API_KEY' : `$(cat ${keyPath})`;
  return [
    'Look at',
    `  ${baseUrl}/docs`,
    `  ${baseUrl}/metrics`,
    `  ${baseUrl}/api/v1/campaigns/${campaignId}/results`,
    `  curl -H "X-API-Key: ${key}" ${baseUrl}/api/v1/campaigns/${campaignId}/results`,
  ].join('\n');
}
