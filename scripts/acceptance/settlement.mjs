/** Step 6: in the end the rows say what happened, whoever died meanwhile. */
import { LOST_AFTER_MS, QUESTIONS } from './cast.mjs';
import { readLedger, wasLiveAt } from './ledger.mjs';
import { counted, seconds } from './report.mjs';
import { progressOf, resolutions, rowsOf, storedState } from './rows.mjs';
import { disagreements } from './truth.mjs';
import { until } from './until.mjs';

/** The longest way: given up after every bound, claimed again, called again; and the wait for a lease of a dead worker. */
const SETTLED_WITHIN_MS = LOST_AFTER_MS + 75_000;

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('./report.mjs').Notes} notes
 * @param {import('./hard-stop.mjs').Outage} outage
 */
export async function settleByTruth(stage, { see, check }, { killedAt, readyAt }) {
  const { pool } = stage;
  let seen = '';
  await until(
    'every contact to be final',
    async () => {
      const { open, live } = await progressOf(pool);
      seen = `${counted(open, 'contact')} open, ${counted(live, 'attempt')} live`;
      return open === 0 && live === 0;
    },
    { signal: stage.signal, withinMs: SETTLED_WITHIN_MS, describe: () => seen },
  );
  const carrier = stage.theCarrier();
  await until('the carrier to be quiet', async () => (await carrier.summary()).live === 0, {
    signal: stage.signal,
  });

  see('SELECT state FROM contacts;');
  const states = await rowsOf(pool, 'SELECT state FROM contacts;');
  see(tally(states.map(({ state }) => state)));
  const ledger = readLedger(await carrier.read());
  const throughout = ledger.calls.filter((call) => wasLiveAt(call, killedAt) && wasLiveAt(call, readyAt));
  see(
    `${counted(throughout.length, 'call')} went on over the outage of ${seconds(readyAt - killedAt)}, ` +
      `${counted(throughout.filter(({ endedBy }) => endedBy === 'document').length, 'of them was', 'of them were')} spoken to their end`,
  );
  check(
    throughout.some(({ endedBy }) => endedBy === 'document'),
    'no live call went on to its end',
  );
  const { lookup, webhook, lost } = await resolutions(pool);
  see(
    `unknown results: ${lookup} resolved by look-up, ${webhook} by webhook, ` +
      `${lost} given up after ${seconds(LOST_AFTER_MS)} and called again`,
  );
  check(lookup > 0, 'no unknown result was resolved by a look-up');
  check(webhook > 0, 'no unknown result was resolved by a webhook');
  check(lost > 0, 'no attempt was given up: the create that reached nobody is missing');

  const stored = await storedState(pool);
  const wrong = disagreements(stored, ledger, { questions: QUESTIONS, lostAfterMs: LOST_AFTER_MS });
  for (const text of wrong) check(false, text);
  see(
    `${counted(stored.contacts.length, 'contact')}, ${counted(stored.attempts.length, 'attempt')} and ${counted(stored.answers.length, 'answer')} ` +
      `compared with ${counted(ledger.calls.length, 'call')} and what was keyed: ${wrong.length === 0 ? 'all agree' : `${wrong.length} disagree`}`,
  );
}

/** @param {string[]} words */
function tally(words) {
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}
