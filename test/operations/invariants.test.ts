import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../src/carrier-simulator/phone/person.js';
import { type Bounds, DEFAULT_BOUNDS } from '../../src/operations/invariants/bounds.js';
import { checkInvariants, type InvariantsReport } from '../../src/operations/invariants/check-invariants.js';
import { QUICK_INVARIANTS_SQL } from '../../src/operations/invariants/quick-invariants.queries.js';
import { makeCampaign, OPEN_POLICY, phone } from '../support/campaigns.js';
import { type Installation, type Reply, startInstallation } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';

const PEOPLE: Person[] = [
  { kind: 'completes' },
  { kind: 'refusesConsent' },
  { kind: 'optsOut' },
  { kind: 'busy' },
  { kind: 'noAnswer' },
  { kind: 'hangsUp', afterAnswers: 0 },
  { kind: 'hangsUp', afterAnswers: 3 },
  { kind: 'silent' },
  { kind: 'machine' },
  { kind: 'failed' },
  { kind: 'completes', hangUpAfterLastKey: 4 },
  { kind: 'busy', later: [{ kind: 'completes' }] },
];
/** Invariants that one snapshot of the rows can break. */
const QUICK = [2, 3, 4, 5, 8, 9, 13, 15];

const WITHOUT_CONSTRAINTS = `
  DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
              WHERE conrelid IN ('contacts'::regclass, 'call_attempts'::regclass, 'interviews'::regclass)
                AND (contype = 'c' OR conname = 'call_attempts_contact_id_attempt_number_key')
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname); END LOOP;
  END $$;
  DROP INDEX call_attempts_live_contact, call_attempts_live_number, call_attempts_provider_call;`;

const contactOf = (index: number) =>
  `(SELECT id FROM contacts WHERE phone_number = '${phone(index)}' AND NOT is_test)`;
const idOfContact = (index: number) =>
  `SELECT id FROM contacts WHERE phone_number = '${phone(index)}' AND NOT is_test`;
const attemptOf = (index: number, number: number) =>
  `SELECT a.id FROM call_attempts a WHERE a.contact_id = ${contactOf(index)} AND a.outcome <> 'canceled' ORDER BY attempt_number OFFSET ${number - 1} LIMIT 1`;
/** The campaign is open again, without an event: no version is raised either. */
const REOPENED = `UPDATE campaigns SET status = 'paused', completed_at = NULL, paused_at = now()`;
const AT_LIMIT = `UPDATE domain_events SET payload = payload || jsonb_build_object('live', payload -> 'limit')
  WHERE id = (SELECT min(id) FROM domain_events WHERE type = 'call.claimed.v1')`;
/** The last call of a person goes on, and the person is in it. */
const callOf = (index: number, status: string) => `
  WITH live AS (UPDATE call_attempts a SET status = ${status}, outcome = NULL, ended_at = NULL
                 WHERE a.id = (SELECT x.id FROM call_attempts x WHERE x.contact_id = ${contactOf(index)} ORDER BY x.attempt_number DESC LIMIT 1))
  UPDATE contacts SET state = 'in_progress', state_before_claim = 'not_reached' WHERE id = ${contactOf(index)}`;
const LIVE_UNKNOWN = `UPDATE call_attempts SET status = 'dialing', outcome = NULL, ended_at = NULL, dial_result = 'unknown',
    provider_call_id = NULL, last_lookup_at = NULL, ring_seconds = 5, call_seconds = 30, settle_after = NULL
  WHERE id = (SELECT x.id FROM call_attempts x WHERE x.contact_id = ${contactOf(8)} ORDER BY x.attempt_number DESC LIMIT 1)`;

const OPT_OUT = `SELECT e.id FROM domain_events e JOIN suppressions s ON s.id::text = e.entity_id WHERE s.source = 'opt_out'`;
const DIALS_AFTER_OPT_OUT = `SELECT count(*)::int AS count FROM domain_events
  WHERE type = 'call.dialing.v1' AND contact_id = ${contactOf(9)}
    AND id > (SELECT id FROM domain_events WHERE type = 'suppression.added.v1' AND payload ->> 'source' = 'opt_out')`;
/** Person 9 was taken out, at their first settlement, by the suppression of the opt-out. */
const FIRST_SETTLED = `(SELECT min(e.id) FROM domain_events e WHERE e.type = 'contact.settled.v1' AND e.contact_id = ${contactOf(9)})`;
const TOOK_OUT = `WITH out AS (
    UPDATE domain_events SET payload = payload || '{"disposition": "suppressed"}' WHERE id = ${FIRST_SETTLED} RETURNING occurred_at)
  UPDATE domain_events a SET contact_id = NULL, occurred_at = out.occurred_at FROM out WHERE a.id = (${OPT_OUT})`;
const lifted = (
  id = '',
) => `INSERT INTO domain_events (${id && 'id, '}type, entity_kind, entity_id, entity_version, payload, occurred_at)
  ${id && 'OVERRIDING SYSTEM VALUE '}SELECT ${id && `${id}, `}'suppression.lifted.v1', 'suppression', entity_id, 2, '{"reason": "r"}', occurred_at
    FROM domain_events WHERE id = (${OPT_OUT})`;
const LIFTED = [lifted(), `DELETE FROM suppressions WHERE source = 'opt_out'`];

const DIALS = `SELECT d.id, d.entity_id, d.occurred_at, lag(d.id) OVER (ORDER BY d.id) AS before, lag(d.occurred_at) OVER (ORDER BY d.id) AS before_at
  FROM domain_events d WHERE d.type = 'call.dialing.v1'`;
/** The second dial of the log; the slot of the one before it is almost as far ahead of that as one is reserved. */
const SECOND_DIAL = `(SELECT * FROM (${DIALS}) x WHERE x.before IS NOT NULL ORDER BY x.id LIMIT 1)`;
const FAR_SLOT = `UPDATE domain_events e SET payload = e.payload || jsonb_build_object('slotAt', e.occurred_at + interval '900 ms')
  FROM ${SECOND_DIAL} d WHERE e.id = d.before`;
/** Its clock, or all that were read from then on, showed so much less than at the dial before; it takes its slot at once. */
const readBack = (by: string, which: 'alone' | 'from then on') => `
  UPDATE domain_events e SET occurred_at = e.occurred_at - (d.occurred_at - d.before_at) - interval '${by}',
         payload = CASE WHEN e.id = d.id
                        THEN e.payload || jsonb_build_object('slotAt', d.before_at - interval '${by}') ELSE e.payload END
    FROM ${SECOND_DIAL} d WHERE ${which === 'alone' ? 'e.id = d.id' : 'e.id >= d.id'}`;

interface Violation {
  what: string;
  number: number;
  /** Every invariant it breaks: what is planted by hand seldom breaks one alone. */
  broken: number[];
  /** How many are found, or the statement that counts them. */
  count?: number | string;
  /** The id that must be among the examples. */
  entity: string;
  plant: string[];
}

const VIOLATIONS: Violation[] = [
  {
    what: '1, two attempts with one number',
    number: 1,
    broken: [1],
    entity: idOfContact(4),
    plant: [
      `UPDATE call_attempts SET attempt_number = 1 WHERE contact_id = ${contactOf(4)} AND attempt_number = 2`,
    ],
  },
  {
    what: '2, a count that is not the last number',
    number: 2,
    broken: [2],
    entity: idOfContact(0),
    plant: [`UPDATE contacts SET attempts_count = attempts_count + 1 WHERE id = ${contactOf(0)}`],
  },
  {
    what: '3, two live attempts of one contact',
    number: 3,
    broken: [3, 4, 12],
    entity: idOfContact(4),
    plant: [
      `UPDATE call_attempts SET status = 'dialing', outcome = NULL, ended_at = NULL
        WHERE id IN ((${attemptOf(4, 1)}), (${attemptOf(4, 2)}))`,
    ],
  },
  {
    what: '3, two live attempts to one number',
    number: 3,
    broken: [3, 4, 12],
    entity: `SELECT min(id::text) AS id FROM contacts WHERE id IN (${contactOf(4)}, ${contactOf(8)})`,
    plant: [
      `UPDATE call_attempts SET status = 'dialing', outcome = NULL, ended_at = NULL, phone_number = '${phone(4)}'
        WHERE contact_id IN (${contactOf(4)}, ${contactOf(8)}) AND attempt_number = 1`,
    ],
  },
  {
    what: '4, in_progress without a live attempt',
    number: 4,
    broken: [4, 12, 16],
    entity: idOfContact(9),
    plant: [
      `UPDATE contacts SET state = 'in_progress', state_before_claim = 'pending' WHERE id = ${contactOf(9)}`,
    ],
  },
  {
    what: '4, a live attempt of a contact that nothing settled',
    number: 4,
    broken: [4, 12],
    entity: idOfContact(9),
    plant: [
      `UPDATE call_attempts SET status = 'ringing', outcome = NULL, ended_at = NULL
        WHERE id = (${attemptOf(9, 3)})`,
    ],
  },
  {
    what: '5, completed without an answer',
    number: 5,
    broken: [5],
    entity: idOfContact(0),
    plant: [
      `DELETE FROM answers WHERE question_key = 'visits'
          AND interview_id = (SELECT id FROM interviews WHERE contact_id = ${contactOf(0)})`,
    ],
  },
  {
    what: '5, refused without a refusal',
    number: 5,
    broken: [5],
    entity: idOfContact(1),
    plant: [`UPDATE interviews SET refusal = NULL WHERE contact_id = ${contactOf(1)}`],
  },
  {
    what: '6, one call of two attempts',
    number: 6,
    broken: [6],
    count: 2,
    entity: attemptOf(0, 1),
    plant: [
      `UPDATE call_attempts SET provider_call_id = (SELECT provider_call_id FROM call_attempts WHERE id = (${attemptOf(0, 1)}))
        WHERE id = (${attemptOf(1, 1)})`,
    ],
  },
  {
    what: '7, a claim at the limit of the campaign',
    number: 7,
    broken: [7],
    entity: `SELECT e.entity_id AS id FROM domain_events e WHERE e.type = 'call.claimed.v1' ORDER BY e.id LIMIT 1`,
    plant: [AT_LIMIT],
  },
  {
    what: '7, a claim at the limit of all campaigns',
    number: 7,
    broken: [7],
    entity: `SELECT e.entity_id AS id FROM domain_events e WHERE e.type = 'call.claimed.v1' ORDER BY e.id LIMIT 1`,
    plant: [AT_LIMIT.replaceAll("'live'", "'globalLive'").replaceAll("'limit'", "'globalLimit'")],
  },
  {
    what: '8, an end without an outcome',
    number: 8,
    broken: [8],
    entity: attemptOf(0, 1),
    plant: [`UPDATE call_attempts SET outcome = NULL WHERE id = (${attemptOf(0, 1)})`],
  },
  {
    what: '9, a final contact with a next attempt',
    number: 9,
    broken: [9, 16],
    entity: idOfContact(1),
    plant: [`UPDATE contacts SET next_attempt_at = now() WHERE id = ${contactOf(1)}`],
  },
  {
    what: '9, a suppressed contact with a next attempt',
    number: 9,
    broken: [9, 12, 16],
    entity: idOfContact(3),
    plant: [`UPDATE contacts SET next_attempt_at = now() WHERE id = ${contactOf(3)}`],
  },
  {
    what: '9, a pending contact that is never due',
    number: 9,
    broken: [9, 16],
    entity: idOfContact(9),
    plant: [`UPDATE contacts SET state = 'pending', next_attempt_at = NULL WHERE id = ${contactOf(9)}`],
  },
  {
    what: '10, a call that nobody is at work on',
    number: 10,
    broken: [10, 16],
    entity: idOfContact(8),
    plant: [REOPENED, callOf(8, 'a.status'), LIVE_UNKNOWN],
  },
  {
    what: '11, a dial after a suppression',
    number: 11,
    broken: [11],
    count: `SELECT count(*)::int AS count FROM domain_events WHERE type = 'call.dialing.v1' AND contact_id = ${contactOf(9)}`,
    entity: attemptOf(9, 1),
    plant: [
      `INSERT INTO suppressions (id, phone_number, reason, source, created_at)
       VALUES (gen_random_uuid(), '${phone(9)}', 'r', 'operator', '2026-11-22T17:00:00Z')`,
    ],
  },
  {
    what: '11, a dial logged after the suppression of its number, whatever the stamps say',
    number: 11,
    broken: [11],
    count: `SELECT count(*)::int AS count FROM domain_events
             WHERE type = 'call.dialing.v1' AND contact_id = ${contactOf(9)} AND id > (${OPT_OUT})`,
    entity: attemptOf(9, 3),
    plant: [
      `UPDATE suppressions SET phone_number = '${phone(9)}', created_at = '2030-01-01' WHERE phone_number = '${phone(2)}'`,
    ],
  },
  {
    what: '11, a dial after an opt-out that was lifted later',
    number: 11,
    broken: [11],
    count: DIALS_AFTER_OPT_OUT,
    entity: attemptOf(9, 3),
    plant: [`UPDATE domain_events SET contact_id = ${contactOf(9)} WHERE id = (${OPT_OUT})`, ...LIFTED],
  },
  {
    what: '11, a dial between a suppression that took its person out and the lifting of it',
    number: 11,
    broken: [11],
    count: DIALS_AFTER_OPT_OUT,
    entity: attemptOf(9, 3),
    plant: [TOOK_OUT, ...LIFTED],
  },
  {
    what: '11, a dial while the contact was settled',
    number: 11,
    broken: [11],
    count: `SELECT count(*)::int AS count FROM domain_events
             WHERE type = 'call.dialing.v1' AND entity_id = (${attemptOf(9, 1)})::text`,
    entity: attemptOf(9, 1),
    plant: [
      `UPDATE domain_events SET type = 'contact.edited.v1'
        WHERE type = 'contact.claimed.v1' AND attempt_id = (${attemptOf(9, 1)})`,
    ],
  },
  {
    what: '11, a pause stamped before a dial and logged after it',
    number: 11,
    broken: [11],
    entity: `SELECT e.entity_id AS id FROM domain_events e WHERE e.type = 'call.dialing.v1' ORDER BY e.id LIMIT 1`,
    plant: [
      `UPDATE domain_events SET occurred_at = (SELECT min(occurred_at) FROM domain_events WHERE type = 'call.dialing.v1')
        WHERE type = 'campaign.paused.v1'`,
      `UPDATE domain_events SET occurred_at = occurred_at + interval '1 s'
        WHERE id = (SELECT min(id) FROM domain_events WHERE type = 'call.dialing.v1')`,
      `UPDATE domain_events SET occurred_at = occurred_at - interval '1 h'
        WHERE type = 'call.dialing.v1' AND id > (SELECT min(id) FROM domain_events WHERE type = 'call.dialing.v1')
          AND id < (SELECT id FROM domain_events WHERE type = 'campaign.paused.v1')`,
    ],
  },
  {
    what: '12, somebody open in a completed campaign',
    number: 12,
    broken: [12, 16],
    entity: idOfContact(9),
    plant: [`UPDATE contacts SET next_attempt_at = now() WHERE id = ${contactOf(9)}`],
  },
  {
    what: '13, an event that is missing in the middle',
    number: 13,
    broken: [13],
    entity: attemptOf(9, 1),
    plant: [
      `DELETE FROM domain_events WHERE entity_kind = 'call' AND entity_version = 3 AND entity_id = (${attemptOf(9, 1)})::text`,
      // The short statement looks at the last version only.
      `DELETE FROM domain_events WHERE entity_kind = 'call' AND entity_id = (${attemptOf(9, 1)})::text
          AND entity_version = (SELECT version FROM call_attempts WHERE id = (${attemptOf(9, 1)}))`,
    ],
  },
  {
    what: '13, a version without its event',
    number: 13,
    broken: [13],
    entity: idOfContact(0),
    plant: [`UPDATE contacts SET version = version + 1 WHERE id = ${contactOf(0)}`],
  },
  {
    what: '13, a campaign that was changed without an event',
    number: 13,
    broken: [13],
    entity: `SELECT id FROM campaigns`,
    plant: [`UPDATE campaigns SET version = version + 1`],
  },
  {
    what: '14, two calls in one slot',
    number: 14,
    broken: [14],
    count: 2,
    entity: `SELECT e.entity_id AS id FROM domain_events e WHERE e.type = 'call.dialing.v1' ORDER BY e.id OFFSET 1 LIMIT 1`,
    plant: [
      `UPDATE domain_events SET payload = payload || jsonb_build_object('slotAt', (
           SELECT payload -> 'slotAt' FROM domain_events WHERE type = 'call.dialing.v1' ORDER BY id LIMIT 1))
        WHERE id = (SELECT id FROM domain_events WHERE type = 'call.dialing.v1' ORDER BY id OFFSET 1 LIMIT 1)`,
    ],
  },
  {
    what: '14, a slot that had gone by, given to a worker that had stood still since it read the clock',
    number: 14,
    broken: [14],
    count: 2,
    entity: `SELECT d.entity_id AS id FROM ${SECOND_DIAL} d`,
    plant: [FAR_SLOT, readBack('1600 ms', 'alone')],
  },
  {
    what: '15, more offers than the policy allowed at the last of them',
    number: 15,
    broken: [2, 11, 13, 15],
    entity: idOfContact(9),
    plant: [
      `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, status, outcome, claimed_at, ended_at)
       SELECT gen_random_uuid(), contact_id, campaign_id, (SELECT attempts_count + 1 FROM contacts WHERE id = contact_id),
              phone_number, carrier, status, outcome, claimed_at, ended_at
         FROM call_attempts WHERE id = (${attemptOf(9, 3)})`,
      `INSERT INTO domain_events (type, entity_kind, entity_id, entity_version, campaign_id, payload, occurred_at)
       SELECT 'call.dialing.v1', 'call', id::text, 2, campaign_id, '{}', '2026-11-22T17:59:00Z'
         FROM call_attempts WHERE contact_id = ${contactOf(9)} ORDER BY attempt_number DESC LIMIT 1`,
    ],
  },
  {
    what: '16, a completed contact that was claimed again',
    number: 16,
    broken: [16],
    entity: idOfContact(9),
    plant: [
      `UPDATE domain_events SET payload = payload || '{"state": "completed", "nextAttemptAt": null}'
        WHERE id = (SELECT min(e.id) FROM domain_events e WHERE e.type = 'contact.settled.v1' AND e.contact_id = ${contactOf(9)})`,
    ],
  },
  {
    what: '16, a refusal that was overwritten',
    number: 16,
    broken: [12, 16],
    entity: idOfContact(1),
    plant: [`UPDATE contacts SET state = 'pending', next_attempt_at = now() WHERE id = ${contactOf(1)}`],
  },
];

/** The clock stands at Sunday noon in New York, so that test calls may go out too. */
const NOON = '2026-11-22T17:00:00Z';

describe('the invariants', () => {
  let on: Installation;
  let client: pg.Client;
  let reply: Reply<InvariantsReport>;
  let refused: number;
  const check = async (change: Partial<Bounds> = {}): Promise<InvariantsReport> =>
    checkInvariants(async (sql, parameters) => (await client.query(sql, parameters)).rows as object[], {
      ...DEFAULT_BOUNDS,
      at: new Date('2026-11-22T18:00:00Z'),
      resolvedWithinMs: 60_000,
      askedWithinMs: 60_000,
      ...change,
    });
  const quick = async () =>
    (await client.query<{ invariant: number; entity: string; detail: string }>(QUICK_INVARIANTS_SQL)).rows;

  beforeAll(async () => {
    on = await startInstallation({
      startAt: NOON,
      people: { numbers: Object.fromEntries(PEOPLE.map((person, index) => [phone(index), person])) },
    });
    const policy = { ...OPEN_POLICY, maxAttempts: 4 };
    const campaignId = await makeCampaign(
      on,
      PEOPLE.map((_, index) => phone(index)),
      { change: { policy } },
    );
    const status = async () =>
      (await on.api<{ status: string }>('GET', `/campaigns/${campaignId}`)).body.status;
    const ended = async (more: number) =>
      (await on.database.api.rows(`SELECT FROM call_attempts WHERE status = 'ended'`)).length >= more;
    await waitFor('the first calls to end', () => ended(3));
    await on.api('POST', `/campaigns/${campaignId}/pause`);
    await on.api('PATCH', '/operations/settings', { callsPerSecond: 40 });
    await on.api('PATCH', `/campaigns/${campaignId}`, {
      policy: { ...policy, maxAttempts: 3, callsPerSecond: 50 },
    });
    await on.api('POST', `/campaigns/${campaignId}/resume`);
    await waitFor('more calls to end', () => ended(12));
    await on.api('POST', '/operations/stop', { reason: 'a test' });
    await on.api('POST', '/suppressions', { phoneNumber: phone(3) });
    await on.api('POST', '/operations/resume');
    await on.api('PATCH', '/operations/settings', { callsPerSecond: 100 });
    await on.api('POST', `/campaigns/${campaignId}/test-call`, { phoneNumber: phone(40) });
    await waitFor('the campaign to complete', async () => (await status()) === 'completed', 45_000);
    await waitFor(
      'the test call to end',
      async () =>
        (await on.database.api.rows(`SELECT FROM call_attempts WHERE status <> 'ended'`)).length === 0,
    );
    reply = await on.api<InvariantsReport>('GET', '/operations/invariants');
    refused = (await fetch(`${on.url}/api/v1/operations/invariants`)).status;
    await on.app.close();
    client = new pg.Client({ connectionString: on.database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await on.carrier.stop();
    await on.database.close();
  });

  /** Plants in a transaction that is rolled back, with triggers off and the constraints of the calls dropped. */
  const planted = async (statements: string[], ask: () => Promise<void>): Promise<void> => {
    await client.query('BEGIN');
    try {
      await client.query(`SET LOCAL session_replication_role = replica`);
      await client.query(WITHOUT_CONSTRAINTS);
      for (const statement of statements) await client.query(statement);
      await ask();
    } finally {
      await client.query('ROLLBACK');
    }
  };
  const brokenOf = ({ invariants }: InvariantsReport) =>
    invariants.filter(({ status }) => status === 'broken').map(({ number }) => number);
  const idOf = async (sql: string): Promise<string> => (await client.query<{ id: string }>(sql)).rows[0]!.id;

  it('hold after a campaign in which every kind of person was called, and limits, pauses and stops changed', async () => {
    const report = await check();
    expect(report.invariants.filter(({ status }) => status !== 'holds')).toEqual([]);
    expect(report.invariants.map(({ number }) => number)).toEqual(
      Array.from({ length: 16 }, (_, index) => index + 1),
    );
    expect(report).toMatchObject({ holds: true, checked: 'all' });
    expect(await quick()).toEqual([]);
  });

  it.each(VIOLATIONS)('find: $what', async ({ broken, number, count = 1, entity, plant }) => {
    const expected = await idOf(entity);
    await planted(plant, async () => {
      const report = await check();
      expect(brokenOf(report)).toEqual(broken);
      const found = report.invariants.find((one) => one.number === number)!;
      expect(found.count).toBe(
        typeof count === 'string' ? (await client.query<{ count: number }>(count)).rows[0]!.count : count,
      );
      expect(found.examples.map((example) => example.entity)).toContain(expected);
      expect(report.holds).toBe(false);
      expect(JSON.stringify(report)).not.toMatch(/\+1202/);
      if (!QUICK.includes(number)) return;
      expect(
        (await quick()).filter(({ invariant }) => invariant === number).map((row) => row.entity),
      ).toContain(expected);
    });
    expect((await check()).holds).toBe(true);
  });

  it('let a number be dialled again once its suppression was lifted', async () => {
    const byOptOut = `UPDATE domain_events SET contact_id = ${contactOf(9)} WHERE id = (${OPT_OUT})`;
    for (const took of [byOptOut, TOOK_OUT]) {
      // Before every dial, by its id.
      await planted([took, lifted('-1'), `DELETE FROM suppressions WHERE source = 'opt_out'`], async () => {
        expect(brokenOf(await check())).toEqual([]);
      });
    }
  });

  it('count every dial after a pause that was not lifted, and after a stop', async () => {
    for (const [type, plant] of [
      [
        'campaign.resumed.v1',
        `UPDATE domain_events SET type = 'campaign.edited.v1' WHERE type = 'campaign.resumed.v1'`,
      ],
      [
        'settings.resumed.v1',
        `UPDATE domain_events SET type = 'settings.edited.v1' WHERE type = 'settings.resumed.v1'`,
      ],
    ] as const) {
      const { rows } = await client.query<{ dials: number }>(
        `SELECT count(*)::int AS dials FROM domain_events d JOIN contacts c ON c.id = d.contact_id
          WHERE d.type = 'call.dialing.v1' AND d.id > (SELECT id FROM domain_events WHERE type = $1)
            AND NOT (c.is_test AND $1 = 'campaign.resumed.v1')`,
        [type],
      );
      expect(rows[0]!.dials).toBeGreaterThan(0);
      await planted([plant], async () => {
        expect((await check()).invariants.find(({ number }) => number === 11)).toMatchObject({
          status: 'broken',
          count: rows[0]!.dials,
        });
      });
    }
  });

  it.each([
    ['by two seconds, as what follows shows', [FAR_SLOT, readBack('1600 ms', 'from then on')]],
    ['by an hour', [FAR_SLOT, readBack('1 hour', 'from then on')]],
    [
      'by two seconds, and nothing is known yet of the call after it',
      [
        FAR_SLOT,
        readBack('1600 ms', 'alone'),
        `DELETE FROM domain_events e USING ${SECOND_DIAL} d WHERE e.entity_id = d.entity_id AND e.entity_kind = 'call' AND e.id > d.id`,
      ],
    ],
    // Longer than a transaction lives: its reading cannot be as old as that.
    ['by more than anybody can have stood still', [FAR_SLOT, readBack('5 s', 'alone')]],
  ])('let the pace begin anew after the clock has stepped back %s', async (_, plant) => {
    await planted(plant, async () => expect(brokenOf(await check())).not.toContain(14));
  });

  it('list, and do not call broken, a call that the carrier is being asked about in vain', async () => {
    const overdue = [REOPENED, callOf(8, 'a.status'), LIVE_UNKNOWN];
    await planted(overdue, async () => expect(brokenOf(await check())).toContain(10));
    await planted(
      [
        ...overdue,
        `UPDATE call_attempts SET last_lookup_at = '2026-11-22T17:59:50Z' WHERE status <> 'ended'`,
      ],
      async () => {
        const report = await check();
        expect(report.invariants[9]).toMatchObject({ number: 10, status: 'listed', count: 1 });
        expect(brokenOf(report)).not.toContain(10);
      },
    );
  });

  it('hold between the two statements of a reset, after it, and while the people of a completed campaign are open again', async () => {
    await client.query('BEGIN');
    try {
      await client.query(`DELETE FROM call_attempts`);
      expect(brokenOf(await check())).toEqual([]);
      expect(await quick()).toEqual([]);
      await client.query(`UPDATE contacts SET state='pending', attempts_count=0, last_attempt_at=NULL`);
      expect(brokenOf(await check())).toEqual([]);
      expect(await quick()).toEqual([]);
    } finally {
      await client.query('ROLLBACK');
    }
  });

  it('tell an attempt that was deleted by hand from one that never was', async () => {
    const contact = await idOf(
      `SELECT k.id FROM contacts k WHERE k.attempts_count = 1 AND NOT is_test ORDER BY k.id LIMIT 1`,
    );
    const gone = `DELETE FROM call_attempts WHERE contact_id = '${contact}'`;
    await planted([gone], async () => expect(brokenOf(await check())).toEqual([]));
    const neverWas = `DELETE FROM domain_events WHERE entity_kind = 'call' AND contact_id = '${contact}'`;
    await planted([gone, neverWas], async () => expect(brokenOf(await check())).toContain(2));
  });

  it('hold when a policy was narrowed after the calls it would have forbidden', async () => {
    await planted(
      [
        `UPDATE campaigns SET version = version + 1, policy = jsonb_set(policy, '{maxAttempts}', '1')`,
        `INSERT INTO domain_events (type, entity_kind, entity_id, entity_version, campaign_id, payload, occurred_at)
         SELECT 'campaign.policy_changed.v1', 'campaign', id::text, version, id,
                '{"before": {"maxAttempts": 3, "callsPerSecond": 50}, "after": {"maxAttempts": 1, "callsPerSecond": 50}}', now() FROM campaigns`,
      ],
      async () => expect(brokenOf(await check())).toEqual([]),
    );
  });

  it('hold when the front of the log was deleted, with single parked events left of it', async () => {
    const prune = [
      `DELETE FROM domain_events WHERE position < 120 AND position NOT IN (3, 20, 21, 40)`,
      `UPDATE event_sequence SET retained_from_position = 120`,
    ];
    await planted(prune, async () => {
      expect(brokenOf(await check())).toEqual([]);
      expect(await quick()).toEqual([]);
    });
    await planted([prune[0]!], async () => expect(brokenOf(await check())).toContain(13));
    await planted(
      [
        ...prune,
        `DELETE FROM domain_events WHERE id = (SELECT max(id) FROM domain_events WHERE type = 'call.accepted.v1')`,
      ],
      async () => expect(brokenOf(await check())).toContain(13),
    );
  });

  it('are told over HTTP to whoever has a key', () => {
    expect(refused).toBe(401);
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ holds: true, checked: 'all' });
    expect(reply.body.invariants).toHaveLength(16);
    expect(reply.body.invariants[1]).toEqual({
      number: 2,
      name: 'attempts_counted',
      promise: 'attempts_count is the number of the last attempt.',
      status: 'holds',
      count: 0,
      examples: [],
      tookMs: expect.any(Number),
      note: null,
    });
  });

  it('find the same in small steps as at once', async () => {
    await planted([`UPDATE contacts SET attempts_count = attempts_count + 1`, AT_LIMIT], async () => {
      const seen = async (change: Partial<Bounds>) =>
        (await check(change)).invariants.map(({ number, status, count, examples }) => ({
          number,
          status,
          count,
          found: examples.length,
        }));
      const stepped = await seen({ full: true, contactsPerStep: 2, eventsPerStep: 7 });
      expect(stepped).toEqual(await seen({}));
      expect(stepped[1]).toMatchObject({ status: 'broken', count: PEOPLE.length + 1, found: 5 });
    });
  });

  it('look only at what the log told of lately where there is too much, and say so', async () => {
    const [first, last] = (
      await client.query<{ id: string }>(
        `SELECT e.contact_id AS id FROM domain_events e WHERE e.contact_id IS NOT NULL ORDER BY e.id`,
      )
    ).rows.flatMap(({ id }, index, all) => (index === 0 || index === all.length - 1 ? [id] : []));
    const bounds = { smallDatabase: 0, recentEvents: 5, contactsPerStep: 1 };
    const miscount = (id: string) =>
      `UPDATE contacts SET attempts_count = attempts_count + 1 WHERE id = '${id}'`;
    await planted([miscount(last!)], async () =>
      expect(await check(bounds)).toMatchObject({ holds: false, checked: 'recent' }),
    );
    await planted([miscount(first!)], async () => {
      expect(brokenOf(await check(bounds))).toEqual([]);
      expect(brokenOf(await check({ ...bounds, full: true }))).toEqual([2]);
    });
  });

  it('are not checked, one by one, where PostgreSQL ends a statement that takes too long', async () => {
    const report = await checkInvariants(
      async (sql, parameters, statementMs) => {
        await client.query('BEGIN READ ONLY');
        try {
          await client.query(`SET LOCAL statement_timeout = ${statementMs}`);
          if (sql.includes('jsonb_path_query')) await client.query(`SELECT pg_sleep(60)`);
          return (await client.query(sql, parameters)).rows as object[];
        } finally {
          await client.query('ROLLBACK');
        }
      },
      { ...DEFAULT_BOUNDS, at: null, resolvedWithinMs: 60_000, askedWithinMs: 60_000, statementMs: 300 },
    );
    expect(report.invariants[4]).toMatchObject({
      number: 5,
      status: 'not_checked',
      note: expect.stringMatching(/^took longer than 0[.]\d s$/),
    });
    expect(report.invariants.filter(({ status }) => status === 'holds')).toHaveLength(15);
    expect(report.holds).toBe(false);
  });

  it('are not checked when the time for all of them is over', async () => {
    const report = await check({ budgetMs: 0 });
    expect(new Set(report.invariants.map(({ status }) => status))).toEqual(new Set(['not_checked']));
    expect(report.invariants[0]!.note).toBe('no time was left of 0 s');
  });
});
