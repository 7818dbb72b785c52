/** Before step 0: a campaign that is partly called, at a limit that binds, so that stop and reset meet real work. */
import { CAMPAIGN, CONTACTS, EARLIER_FAULTS, EARLIER_PEOPLE, PACE, SMALL_PACE } from './cast.mjs';
import { isLive, readLedger } from './ledger.mjs';
import { counted } from './report.mjs';
import { progressOf } from './rows.mjs';
import { until } from './until.mjs';

const CALLS_ENDED = 3;

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('./report.mjs').Notes} notes
 * @returns {Promise<string>} the campaign
 */
export async function callSome(stage, { see, check }) {
  const carrier = await stage.startCarrier();
  await carrier.setPeople(EARLIER_PEOPLE);
  await carrier.setFaults(EARLIER_FAULTS);
  const worker = await stage.startWorker();
  const { id } = await stage.api('POST', '/campaigns', CAMPAIGN);
  await stage.api('POST', `/campaigns/${id}/contacts`, { contacts: CONTACTS });
  await stage.api('POST', `/campaigns/${id}/start`);
  await until(
    'calls that have ended, live ones, and claimed ones',
    async () => {
      const { ended, claimed } = await progressOf(stage.pool);
      const { calls } = readLedger(await carrier.read());
      return ended >= CALLS_ENDED && claimed > 0 && calls.some(isLive);
    },
    { signal: stage.signal },
  );
  const { maxLive, placed } = await carrier.summary();
  see(
    `${worker.name} (${worker.pid}), ${counted(CONTACTS.length, 'contact')}: ${counted(placed, 'call')} so far, at most ${maxLive} at once (limit ${SMALL_PACE.maxConcurrentCalls})`,
  );
  check(
    maxLive <= SMALL_PACE.maxConcurrentCalls,
    `${maxLive} calls at once, the limit is ${SMALL_PACE.maxConcurrentCalls}`,
  );
  await until('claimed attempts', async () => (await progressOf(stage.pool)).claimed > 0, {
    signal: stage.signal,
  });
  await stage.api('PATCH', `/campaigns/${id}`, { policy: PACE });
  return id;
}
