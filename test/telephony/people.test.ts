import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../src/carrier-simulator/phone/person.js';
import { makeCampaign, phone, SURVEY } from '../support/campaigns.js';
import { type Installation, startInstallation } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';

/** One person of each kind, and what must be stored of each. */
const PEOPLE: { person: Person; state: string; disposition: string; outcomes: string[] }[] = [
  { person: { kind: 'completes' }, state: 'completed', disposition: 'completed', outcomes: ['completed'] },
  { person: { kind: 'refusesConsent' }, state: 'refused', disposition: 'refused', outcomes: ['refused'] },
  { person: { kind: 'optsOut' }, state: 'refused', disposition: 'opted_out', outcomes: ['refused'] },
  { person: { kind: 'busy' }, state: 'not_reached', disposition: 'busy', outcomes: ['busy', 'busy', 'busy'] },
  {
    person: { kind: 'noAnswer' },
    state: 'not_reached',
    disposition: 'no_answer',
    outcomes: ['no_answer', 'no_answer', 'no_answer'],
  },
  {
    person: { kind: 'declines', as: 'no-answer' },
    state: 'not_reached',
    disposition: 'no_answer',
    outcomes: ['no_answer', 'no_answer', 'no_answer'],
  },
  {
    person: { kind: 'hangsUp', afterAnswers: 0 },
    state: 'not_reached',
    disposition: 'hung_up',
    outcomes: ['hung_up', 'hung_up', 'hung_up'],
  },
  // Consent and two of three questions: past the threshold. Each later call adds one more, so the second completes it.
  {
    person: { kind: 'hangsUp', afterAnswers: 3 },
    state: 'completed',
    disposition: 'completed',
    outcomes: ['partial', 'completed'],
  },
  {
    person: { kind: 'silent' },
    state: 'not_reached',
    disposition: 'no_response',
    outcomes: ['no_response', 'no_response', 'no_response'],
  },
  {
    person: { kind: 'wrongKeysFirst' },
    state: 'completed',
    disposition: 'completed',
    outcomes: ['completed'],
  },
  {
    person: { kind: 'machine' },
    state: 'not_reached',
    disposition: 'machine',
    outcomes: ['machine', 'machine', 'machine'],
  },
  {
    person: { kind: 'failed' },
    state: 'not_reached',
    disposition: 'failed',
    outcomes: ['failed', 'failed', 'failed'],
  },
  {
    person: { kind: 'completes', hangUpAfterLastKey: 4 },
    state: 'completed',
    disposition: 'completed',
    outcomes: ['completed'],
  },
  {
    person: { kind: 'busy', later: [{ kind: 'completes' }] },
    state: 'completed',
    disposition: 'completed',
    outcomes: ['busy', 'completed'],
  },
];

describe('a campaign of people', () => {
  let on: Installation;
  let campaignId: string;

  beforeAll(async () => {
    on = await startInstallation({
      people: { numbers: Object.fromEntries(PEOPLE.map(({ person }, index) => [phone(index), person])) },
    });
    campaignId = await makeCampaign(
      on,
      PEOPLE.map((_, index) => phone(index)),
    );
    await waitFor(
      'the campaign to complete',
      async () =>
        (await on.api<{ status: string }>('GET', `/campaigns/${campaignId}`)).body.status === 'completed',
      45_000,
    );
  });
  afterAll(() => on.stop());

  it.each(PEOPLE.map((expected, index) => ({ ...expected, index, label: JSON.stringify(expected.person) })))(
    'settles each person by what the person did: $label',
    async ({ index, state, disposition, outcomes }) => {
      const contact = await on.database.api.row<{
        state: string;
        disposition: string;
        next: Date | null;
        outcomes: string[];
      }>(
        `SELECT k.state, k.disposition, k.next_attempt_at AS next,
                array_agg(a.outcome ORDER BY a.attempt_number) FILTER (WHERE a.outcome <> 'canceled') AS outcomes
           FROM contacts k JOIN call_attempts a ON a.contact_id = k.id WHERE k.phone_number = $1 GROUP BY k.id`,
        [phone(index)],
      );
      expect(contact).toEqual({ state, disposition, next: null, outcomes });
    },
  );

  it('offers every attempt to the carrier exactly once', async () => {
    const offered = await on.database.api.rows<{ id: string }>(
      `SELECT id FROM call_attempts WHERE outcome IS DISTINCT FROM 'canceled' ORDER BY id`,
    );
    const created = on.carrier
      .calls()
      .map((call) => /calls\/([0-9a-f-]+)\/status/.exec(call.statusCallback!)![1]);
    expect(new Set(created)).toEqual(new Set(offered.map(({ id }) => id)));
    expect(created).toHaveLength(offered.length);
  });

  it('stores exactly the answers that were keyed, in the survey that was spoken', async () => {
    const stored = await on.database.api.rows<{ to: string; answers: Record<string, string> }>(
      `SELECT k.phone_number AS to, jsonb_object_agg(w.question_key, w.raw_input) AS answers
         FROM answers w JOIN interviews i ON i.id = w.interview_id JOIN contacts k ON k.id = i.contact_id GROUP BY k.phone_number`,
    );
    expect(stored.length).toBeGreaterThan(3);
    for (const { to, answers } of stored) {
      const meant = on.carrier
        .calls()
        .filter((call) => call.to === to)
        .flatMap((call) => call.meant);
      for (const question of SURVEY.questions) {
        const keyed = meant.find(({ prompt }) => prompt.includes(question.text))?.keys.replace('#', '');
        expect(answers[question.key], `${to} ${question.key}`).toBe(keyed);
      }
    }
  });

  it('puts the number of whoever pressed 9 on the do-not-call list', async () => {
    const listed = await on.database.api.rows<{ phone_number: string; source: string }>(
      `SELECT phone_number, source FROM suppressions`,
    );
    expect(listed).toEqual([{ phone_number: phone(2), source: 'opt_out' }]);
  });

  it('leaves a gapless log whose last event is the row, for every contact and attempt', async () => {
    const broken = await on.database.api.rows(
      `SELECT e.entity_kind, e.entity_id, max(e.entity_version), count(*), r.version
         FROM domain_events e JOIN (
           SELECT id::text, version, 'contact' AS kind FROM contacts UNION ALL
           SELECT id::text, version, 'call' FROM call_attempts UNION ALL
           SELECT id::text, version, 'campaign' FROM campaigns UNION ALL
           SELECT id::text, version, 'interview' FROM interviews) r ON r.id = e.entity_id AND r.kind = e.entity_kind
        GROUP BY e.entity_kind, e.entity_id, r.version
       HAVING max(e.entity_version) <> r.version OR count(*) <> r.version`,
    );
    expect(broken).toEqual([]);
  });

  it('speaks no TwiML that the carrier objects to', () => {
    expect(on.carrier.calls().filter((call) => call.twimlErrors > 0)).toEqual([]);
  });
});
