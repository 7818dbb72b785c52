import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAMPAIGN_STATUSES } from '../../src/campaign/contracts/campaigns.js';
import { CAMPAIGN_MACHINE } from '../../src/campaign/domain/campaign-machine.js';
import {
  DISPOSITIONS,
  type ContactState,
  type Disposition,
} from '../../src/contact/contracts/contact-state.js';
import {
  CONTACT_MACHINE,
  type ContactStep,
  DISPOSITIONS_OF,
} from '../../src/contact/domain/contact-machine.js';
import { NEVER_OVERRULED } from '../../src/contact/domain/settlement.js';
import type { Tx } from '../../src/shared/db/tx.js';
import {
  CALL_OUTCOMES,
  CALL_STATUSES,
  type CallOutcome,
} from '../../src/telephony/contracts/call-attempt.js';
import { CALL_MACHINE, type CallStep, OUTCOME_CORRECTIONS } from '../../src/telephony/domain/call-machine.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import {
  AT,
  ATTEMPTS,
  CAMPAIGNS,
  CONTACTS,
  placed,
  type Row,
  type Standings,
  type Table,
  toCampaign,
  undone,
  updated,
  updatedEach,
} from './state-rows.js';

/** Random UPDATEs per machine; the variable asks for more. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 3_000);
const SEED = Number(process.env.PROPERTY_SEED ?? 20_261_123);
const LATER = '2026-11-23T15:01:00+00:00';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

/** A busy machine may take its time. */
const UNHURRIED = { limits: { statementMs: 60_000, idleInTransactionMs: 60_000, transactionMs: 120_000 } };

/** Each standing with a row there, in one transaction that leaves nothing behind. */
async function standing(
  table: Table,
  standings: Standings,
  work: (name: string, row: Row, tx: Tx) => Promise<void>,
): Promise<void> {
  await db.api.transaction(async (tx) => {
    for (const [name, columns] of Object.entries(standings)) {
      await undone(tx, async () => work(name, await placed(tx, table, columns), tx));
    }
  }, UNHURRIED);
}

/** Which of the hand-written UPDATEs the database accepts. */
async function acceptedOf(tx: Tx, table: Table, row: Row, sets: Row[]): Promise<boolean[]> {
  const made = await updatedEach(
    tx,
    table,
    sets.map((set) => ({ id: row.id, set })),
  );
  return made.map((after) => after !== null);
}

/** A standing, a hand-written UPDATE, and the steps it would be, if the table of the code has any. */
type Try = { what: string; accepted: boolean; legal: boolean };
const judged = (tries: Try[], by: 'accepted' | 'legal') =>
  tries.filter((one) => one[by]).map(({ what }) => what);

describe('a status of a campaign written by hand', () => {
  it('is accepted exactly when the machine has the step', async () => {
    const tries: Try[] = [];
    await standing('campaigns', CAMPAIGNS, async (name, row, tx) => {
      const goals = CAMPAIGN_STATUSES.filter((status) => status !== row.status);
      const sets = goals.map((to) => toCampaign(to, row));
      const accepted = await acceptedOf(tx, 'campaigns', row, sets);
      for (const [index, to] of goals.entries()) {
        const legal = CAMPAIGN_MACHINE.some(
          (step) =>
            step.from === row.status &&
            step.to === to &&
            // Closing is how `complete` begins: the step itself is taken while closing.
            (row.closing_at === null ||
              step.whileClosing === true ||
              step.to === 'completed' ||
              step.from === 'completed'),
        );
        tries.push({ what: `${name} -> ${to}`, accepted: accepted[index]!, legal });
      }
    });
    expect(tries.length).toBe(7 * 3);
    expect(judged(tries, 'accepted')).toEqual(judged(tries, 'legal'));
  });

  it.each<[string, string, Row, boolean]>([
    ['a draft takes its survey later', 'draft', { caller_id: '+12025550199' }, true],
    ['a draft is not closed', 'draft', { closing_at: AT }, false],
    ['a running campaign is closed', 'running', { closing_at: AT }, true],
    ['a completed campaign is not closed', 'completed', { closing_at: AT }, false],
    ['a closing campaign goes on closing', 'running, closing', { closing_at: null }, false],
    ['a closing campaign keeps the instant', 'paused, closing', { closing_at: LATER }, false],
    [
      'a reopened campaign is not closing',
      'completed by closing',
      { status: 'paused', completed_at: null, closing_at: AT },
      false,
    ],
    ['a started campaign keeps its carrier', 'running', { carrier: 'AC1' }, false],
    ['a started campaign keeps its start', 'paused', { started_at: LATER }, false],
    ['a completed campaign keeps its end', 'completed', { completed_at: LATER }, false],
    ['a version goes forward', 'running', { version: 7 }, true],
    ['a version does not go back', 'running', { version: 0 }, false],
  ])('%s', async (_name, from, set, accepted) => {
    await standing('campaigns', { [from]: CAMPAIGNS[from]! }, async (_standing, row, tx) => {
      expect((await updated(tx, 'campaigns', row.id, set)) !== null).toBe(accepted);
    });
  });
});

/** Whether a guard of the contact's table holds for this UPDATE. */
function contactGuardHolds({ guard }: ContactStep, before: Row, after: Row): boolean {
  switch (guard) {
    case 'due':
      return before.next_attempt_at !== null;
    case 'from_there':
      return before.state_before_claim === after.state;
    case 'not_overruled':
      return before.next_attempt_at !== null || !NEVER_OVERRULED.includes(before.disposition as Disposition);
    case 'no_attempt_left':
      return after.attempts_count === 0;
    case null:
      return true;
  }
}

function contactMayGo(before: Row, after: Row): boolean {
  return CONTACT_MACHINE.some(
    (step) =>
      step.from === before.state &&
      step.to === after.state &&
      contactGuardHolds(step, before, after) &&
      (step.next === 'planned' || (step.next === 'set') === (after.next_attempt_at !== null)),
  );
}

/** Where an UPDATE can bring a contact, with all that belongs to it. */
const CONTACT_GOALS: Record<string, (before: Row) => Row> = {
  pending: () => ({ state: 'pending', next_attempt_at: AT, state_before_claim: null, disposition: null }),
  in_progress: (before) => ({
    state: 'in_progress',
    next_attempt_at: null,
    state_before_claim: before.state,
    attempts_count: Number(before.attempts_count) + 1,
  }),
  completed: () => ({ state: 'completed', ...SETTLED, disposition: 'completed' }),
  refused: () => ({ state: 'refused', ...SETTLED, disposition: 'opted_out' }),
  'not_reached, due': () => ({
    state: 'not_reached',
    ...SETTLED,
    disposition: 'machine',
    next_attempt_at: AT,
  }),
  'not_reached, final': () => ({ state: 'not_reached', ...SETTLED, disposition: 'suppressed' }),
};
const SETTLED = { next_attempt_at: null, state_before_claim: null };

describe('a state of a contact written by hand', () => {
  it('is accepted exactly when the machine has the step', async () => {
    const tries: Try[] = [];
    await standing('contacts', CONTACTS, async (name, row, tx) => {
      const goals = Object.entries(CONTACT_GOALS)
        .map(([goal, columns]) => ({ goal, set: columns(row) }))
        .filter(({ set }) => set.state !== row.state || set.state === 'not_reached');
      const sets = goals.map(({ set }) => set);
      const accepted = await acceptedOf(tx, 'contacts', row, sets);
      for (const [index, { goal, set }] of goals.entries()) {
        const legal = contactMayGo(row, { ...row, ...set });
        tries.push({ what: `${name} -> ${goal}`, accepted: accepted[index]!, legal });
      }
    });
    expect(tries.length).toBe(11 * 6 - 7);
    expect(judged(tries, 'accepted')).toEqual(judged(tries, 'legal'));
    expect(judged(tries, 'legal').length).toBeGreaterThan(15);
  });

  it('has a disposition exactly when the table of dispositions says so', async () => {
    const tries: Try[] = [];
    await standing(
      'contacts',
      { 'in its first call': CONTACTS['in its first call']! },
      async (_name, row, tx) => {
        const states = ['completed', 'refused', 'not_reached'] as ContactState[];
        const sets = states.flatMap((state) =>
          [...DISPOSITIONS, 'bored'].map((disposition) => ({ state, ...SETTLED, disposition })),
        );
        const accepted = await acceptedOf(tx, 'contacts', row, sets);
        for (const [index, { state, disposition }] of sets.entries()) {
          const legal = (DISPOSITIONS_OF[state] as readonly string[]).includes(disposition);
          tries.push({ what: `${state} ${disposition}`, accepted: accepted[index]!, legal });
        }
      },
    );
    expect(tries.length).toBe(3 * (DISPOSITIONS.length + 1));
    expect(judged(tries, 'accepted')).toEqual(judged(tries, 'legal'));
  });

  it.each<[string, string, Row, boolean]>([
    ['an appointment of an open contact is moved', 'due', { next_attempt_at: LATER }, true],
    ['a final contact gets no next attempt', 'exhausted', { next_attempt_at: AT }, false],
    ['a completed contact gets no next attempt', 'completed', { next_attempt_at: AT }, false],
    ['a final contact keeps its disposition', 'withdrawn', { disposition: 'busy' }, false],
    ['a refused contact stays opted out', 'opted out', { disposition: 'refused' }, false],
    ['a waiting contact keeps its disposition', 'due', { disposition: 'machine' }, false],
    ['a pending contact stands for nothing', 'pending', { disposition: 'busy' }, false],
    ['a contact in a call keeps what it stood for', 'in a further call', { disposition: 'machine' }, false],
    [
      'a contact in a call keeps where it was claimed from',
      'in a further call',
      { state_before_claim: 'pending' },
      false,
    ],
    ['a contact in a call is not deferred', 'in its first call', { deferred_from: AT }, false],
    ['an open contact is deferred', 'pending', { deferred_from: AT }, true],
    ['attempts are counted by a claim only', 'due', { attempts_count: 2 }, false],
    [
      'a claim counts one',
      'due',
      { state: 'in_progress', state_before_claim: 'not_reached', next_attempt_at: null },
      false,
    ],
    [
      'a settlement counts none',
      'in its first call',
      { state: 'not_reached', ...SETTLED, disposition: 'busy', attempts_count: 2 },
      false,
    ],
    ['who was not reached says why', 'in its first call', { state: 'not_reached', ...SETTLED }, false],
    ['whoever is open may have the number corrected', 'due', { phone_number: '+12025550177' }, true],
    ['whoever is in a call keeps the number', 'in its first call', { phone_number: '+12025550177' }, false],
    ['whoever has refused keeps the number', 'refused', { phone_number: '+12025550177' }, false],
    ['a contact does not become a test', 'pending', { is_test: true }, false],
    ['a version goes forward', 'completed', { version: 4 }, true],
    ['a version does not go back', 'completed', { version: 2 }, false],
    ['a name is no state', 'completed', { name: 'Ada', language: 'it-IT' }, true],
  ])('%s', async (_name, from, set, accepted) => {
    await standing('contacts', { [from]: CONTACTS[from]! }, async (_standing, row, tx) => {
      expect((await updated(tx, 'contacts', row.id, set)) !== null).toBe(accepted);
    });
  });

  it('brings its disposition along where there is but one', async () => {
    await standing(
      'contacts',
      { 'in its first call': CONTACTS['in its first call']! },
      async (_name, row, tx) => {
        for (const state of ['completed', 'refused']) {
          expect(await updated(tx, 'contacts', row.id, { state, ...SETTLED })).toMatchObject({
            disposition: state,
          });
        }
      },
    );
  });

  it('is reset from everywhere, but only when no attempt is left', async () => {
    const set = { state: 'pending', attempts_count: 0, last_attempt_at: null };
    await standing('contacts', CONTACTS, async (name, row, tx) => {
      const reset = { state: 'pending', attempts_count: 0, disposition: null, next_attempt_at: AT };
      expect(await updated(tx, 'contacts', row.id, set), `${name}`).toMatchObject(reset);
      expect(await updated(tx, 'contacts', row.id, { ...set, campaign_id: null }), `${name}`).toBe(null);
      await tx.execute(
        `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, claimed_at)
         VALUES (gen_random_uuid(), $1, $2, 1, $3, 'simulator', $4)`,
        [row.id, row.campaign_id, row.phone_number, AT],
      );
      // Nothing to reset where nothing was counted.
      expect((await updated(tx, 'contacts', row.id, set)) === null, `${name}`).toBe(name !== 'pending');
    });
  });
});

/** Whether a guard of the attempt's table holds for this UPDATE. */
function callGuardHolds({ guard }: CallStep, before: Row, after: Row): boolean {
  switch (guard) {
    case 'not_taken':
      return before.dial_result === null && before.provider_call_id === null;
    case 'unbound':
      return after.provider_call_id === null;
    case 'bound':
      return after.provider_call_id !== null;
    case 'evidence':
      return after.dial_result !== null && Number(after.empty_lookups) >= 2;
    // Limits, hours and slots stand in other rows.
    case 'permitted':
      return true;
  }
}

function callMayGo(before: Row, after: Row): boolean {
  return CALL_MACHINE.some(
    (step) =>
      step.from === before.status &&
      step.to === after.status &&
      callGuardHolds(step, before, after) &&
      (step.outcomes === undefined
        ? after.outcome === null
        : step.outcomes.includes(after.outcome as CallOutcome)),
  );
}

/** Where an UPDATE can bring an attempt, with all that belongs to it. */
const CALL_GOALS: Record<string, (before: Row) => Row> = {
  claimed: () => ({ status: 'claimed', dial_slot_at: null }),
  dialing: (before) => ({ status: 'dialing', dial_slot_at: AT, offers: Number(before.offers) + 1 }),
  ringing: (before) => ({ status: 'ringing', ...boundTo(before) }),
  in_progress: (before) => ({ status: 'in_progress', ...boundTo(before) }),
  ...Object.fromEntries(
    CALL_OUTCOMES.flatMap((outcome) => [
      [`ended ${outcome}`, () => ({ ...ended(outcome), empty_lookups: outcome === 'lost' ? 2 : 0 })],
      [
        `named and ended ${outcome}`,
        (before: Row) => ({
          ...ended(outcome),
          ...boundTo(before),
          empty_lookups: outcome === 'lost' ? 2 : 0,
        }),
      ],
    ]),
  ),
};
function boundTo(before: Row): Row {
  return { provider_call_id: before.provider_call_id ?? 'CA2', dial_result: 'accepted' };
}
function ended(outcome: CallOutcome): Row {
  return { status: 'ended', outcome, ended_at: AT, settle_after: null };
}
const LIVE = Object.fromEntries(Object.entries(ATTEMPTS).filter(([, { status }]) => status !== 'ended'));
const ENDED = Object.fromEntries(Object.entries(ATTEMPTS).filter(([, { status }]) => status === 'ended'));

describe('a status of a call attempt written by hand', () => {
  it('is accepted exactly when the machine has the step, with the outcomes that the step can have', async () => {
    const tries: Try[] = [];
    await standing('call_attempts', LIVE, async (name, row, tx) => {
      const goals = Object.entries(CALL_GOALS)
        .map(([goal, columns]) => ({ goal, set: columns(row) }))
        .filter(({ set }) => set.status !== row.status);
      const sets = goals.map(({ set }) => set);
      const accepted = await acceptedOf(tx, 'call_attempts', row, sets);
      for (const [index, { goal, set }] of goals.entries()) {
        const legal = callMayGo(row, { ...row, ...set });
        tries.push({ what: `${name} -> ${goal}`, accepted: accepted[index]!, legal });
      }
    });
    expect(tries.length).toBe(8 * 30 - 8);
    expect(judged(tries, 'accepted')).toEqual(judged(tries, 'legal'));
    expect(judged(tries, 'legal').length).toBeGreaterThan(90);
  });

  it('is never left once it is ended', async () => {
    await standing('call_attempts', ENDED, async (name, row, tx) => {
      const sets = CALL_STATUSES.filter((one) => one !== 'ended').flatMap((status) => [
        { status },
        { status, outcome: null, ended_at: null, dial_slot_at: AT },
      ]);
      const accepted = await acceptedOf(tx, 'call_attempts', row, sets);
      expect(
        sets.filter((_set, index) => accepted[index]),
        `${name}`,
      ).toEqual([]);
    });
  });

  it('has its outcome corrected once, and only as the table of corrections says', async () => {
    const tries: Try[] = [];
    await standing('call_attempts', ENDED, async (name, row, tx) => {
      const others = CALL_OUTCOMES.filter((one) => one !== row.outcome);
      const corrections = others.map((outcome) => ({ outcome, corrected_from: row.outcome }));
      const accepted = await acceptedOf(tx, 'call_attempts', row, corrections);
      for (const [index, outcome] of others.entries()) {
        const { from, to } = OUTCOME_CORRECTIONS;
        const legal =
          name !== 'corrected' && from.includes(row.outcome as CallOutcome) && to.includes(outcome);
        tries.push({ what: `${name} -> ${outcome}`, accepted: accepted[index]!, legal });
      }
      const unnamed = others.map((outcome) => ({ outcome }));
      const alone = others
        .filter((outcome) => outcome !== row.corrected_from)
        .map((outcome) => ({ corrected_from: outcome }));
      expect(await acceptedOf(tx, 'call_attempts', row, [...unnamed, ...alone]), `${name}`).not.toContain(
        true,
      );
    });
    expect(judged(tries, 'accepted')).toEqual(judged(tries, 'legal'));
    expect(judged(tries, 'legal').length).toBe(8);
  });

  it.each<[string, string, Row, boolean]>([
    ['a call id is given once', 'ringing', { provider_call_id: 'CA2' }, false],
    ['a call id is not taken away', 'in progress', { provider_call_id: null, dial_result: null }, false],
    ['a call id makes the dial accepted', 'dialing', { provider_call_id: 'CA2' }, false],
    [
      'a dial of unknown result may be found',
      'unknown',
      { provider_call_id: 'CA2', dial_result: 'accepted' },
      true,
    ],
    ['a dial is not accepted without a call', 'dialing', { dial_result: 'accepted' }, false],
    ['a dial without an answer becomes unknown', 'dialing', { dial_result: 'unknown' }, true],
    ['an accepted dial does not become unknown', 'accepted', { dial_result: 'unknown' }, false],
    ['an unknown dial is not forgotten', 'unknown', { dial_result: null }, false],
    ['a claimed attempt is not unknown', 'claimed', { dial_result: 'unknown' }, false],
    ['a claimed attempt has no call', 'claimed', { provider_call_id: 'CA2', dial_result: 'accepted' }, false],
    [
      'an ended attempt takes no call',
      'ended not_placed',
      { provider_call_id: 'CA2', dial_result: 'accepted' },
      false,
    ],
    ['an offer is not taken back', 'dialing', { offers: 0 }, false],
    ['an offer is not invented', 'claimed', { offers: 1 }, false],
    ['a dial counts its offer', 'claimed', { status: 'dialing', dial_slot_at: AT }, false],
    ['a requeue counts none', 'dialing', { status: 'claimed', offers: 2 }, false],
    ['an attempt keeps its contact number', 'claimed', { phone_number: '+12025550177' }, false],
    ['an attempt keeps its ordinal', 'ringing', { attempt_number: 2 }, false],
    ['an attempt keeps its carrier', 'claimed', { carrier: 'AC1' }, false],
    ['the first end wins', 'held', { carrier_end: 'busy' }, false],
    ['an end is not taken back', 'held', { carrier_end: null, settle_after: null }, false],
    ['a held call is not left to itself', 'held', { settle_after: null }, false],
    ['a held call may wait longer', 'held', { settle_after: LATER }, true],
    ['only a call that went down is held', 'in progress', { settle_after: AT }, false],
    ['an interview decides', 'in progress', { interview_result: 'refused' }, true],
    ['an ended attempt gets no other interview', 'ended busy', { interview_result: 'completed' }, false],
    [
      'an attempt is lost only after two look-ups',
      'unknown',
      { status: 'ended', outcome: 'lost', ended_at: AT, empty_lookups: 1 },
      false,
    ],
    ['an end notes that it was heard of again', 'ended busy', { last_fact_at: LATER, version: 4 }, true],
    ['a version does not go back', 'ringing', { version: 2 }, false],
    ['a lease is no state', 'dialing', { lease_until: LATER, empty_lookups: 3, claimed_by: 'other' }, true],
  ])('%s', async (_name, from, set, accepted) => {
    await standing('call_attempts', { [from]: ATTEMPTS[from]! }, async (_standing, row, tx) => {
      expect((await updated(tx, 'call_attempts', row.id, set)) !== null).toBe(accepted);
    });
  });

  it('leaves what an interview decided, except that a refusal may follow', async () => {
    const words = ['completed', 'refused', 'no_response', 'callback', 'machine', null];
    const accepted: string[] = [];
    for (const from of words.filter((word) => word !== null)) {
      const decided = { [from]: { ...ATTEMPTS['in progress'], interview_result: from } };
      await standing('call_attempts', decided, async (_name, row, tx) => {
        for (const to of words.filter((word) => word !== from)) {
          const after = await updated(tx, 'call_attempts', row.id, { interview_result: to });
          if (after !== null) accepted.push(`${from} -> ${to}`);
        }
      });
    }
    expect(accepted).toEqual([
      'completed -> refused',
      'no_response -> completed',
      'no_response -> refused',
      'callback -> completed',
      'callback -> refused',
      'machine -> completed',
      'machine -> refused',
    ]);
  });
});

/** The first of these that does not hold. */
function wrong(rules: Record<string, boolean>): string | undefined {
  return Object.entries(rules).find(([, holds]) => !holds)?.[0];
}

describe('any UPDATE written by hand', () => {
  it('takes a contact one legal step, or none', async () => {
    const found = await anyUpdate('contacts', CONTACTS, CONTACT_GOALS, CONTACT_COLUMNS, (before, after) => {
      const due = (row: Row) => row.next_attempt_at !== null;
      const stays = before.state === after.state;
      const dismissed = stays && before.state === 'not_reached' && due(before) && !due(after);
      const reset = after.state === 'pending' && after.attempts_count === 0;
      const words: readonly unknown[] = DISPOSITIONS_OF[after.state as ContactState];
      return wrong({
        'a step of the table': (stays && !dismissed) || contactMayGo(before, after),
        'counted by claim and reset only':
          after.attempts_count === before.attempts_count || reset || after.state === 'in_progress',
        'final for good': due(before) || before.state === 'in_progress' || !due(after) || reset,
        'the same reason while it stays':
          !stays || dismissed || reset || after.disposition === before.disposition,
        'a reason of its state': after.disposition === null || words.includes(after.disposition),
      });
    });
    expect(found.wrong).toEqual([]);
    // A guard that refused everything would pass as well.
    expect(found.accepted).toBeGreaterThan(RUNS / 10);
  });

  it('takes a call attempt one legal step, or none', async () => {
    const found = await anyUpdate('call_attempts', ATTEMPTS, CALL_GOALS, ATTEMPT_COLUMNS, (before, after) => {
      const stays = before.status === after.status;
      const { from, to } = OUTCOME_CORRECTIONS;
      const corrected =
        before.corrected_from === null &&
        after.corrected_from === before.outcome &&
        from.includes(before.outcome as CallOutcome) &&
        to.includes(after.outcome as CallOutcome);
      const dialled = before.status === 'claimed' && after.status === 'dialing';
      const called = after.provider_call_id !== null;
      return wrong({
        'a step of the table': stays || callMayGo(before, after),
        'an outcome for good': !stays || before.outcome === after.outcome || corrected,
        'an offer for each dial': after.offers === Number(before.offers) + Number(dialled),
        'bound for good':
          before.provider_call_id === null || before.provider_call_id === after.provider_call_id,
        'bound when accepted':
          before.provider_call_id !== null || !called || after.dial_result === 'accepted',
        'accepted for good': before.dial_result !== 'accepted' || after.dial_result === 'accepted',
        'claimed without a call': after.status !== 'claimed' || (!called && after.dial_result === null),
      });
    });
    expect(found.wrong).toEqual([]);
    expect(found.accepted).toBeGreaterThan(RUNS / 10);
  });

  it('takes a campaign one legal step, or none', async () => {
    const found = await anyUpdate(
      'campaigns',
      CAMPAIGNS,
      CAMPAIGN_GOALS,
      CAMPAIGN_COLUMNS,
      (before, after) => {
        const reopened = before.status === 'completed' && after.status === 'paused';
        return wrong({
          'a step of the table':
            before.status === after.status ||
            CAMPAIGN_MACHINE.some(({ from, to }) => from === before.status && to === after.status),
          'closing until it is over': before.closing_at === null || (after.closing_at === null) === reopened,
          'one carrier': before.status === 'draft' || before.carrier === after.carrier,
          'a draft that does not close': after.status !== 'draft' || after.closing_at === null,
        });
      },
    );
    expect(found.wrong).toEqual([]);
    expect(found.accepted).toBeGreaterThan(RUNS / 10);
  });
});

const CAMPAIGN_GOALS = Object.fromEntries(
  CAMPAIGN_STATUSES.map((status) => [status, (before: Row) => toCampaign(status, before)]),
);
const CONTACT_COLUMNS: Record<string, unknown[]> = {
  state: ['pending', 'in_progress', 'completed', 'refused', 'not_reached'],
  next_attempt_at: [null, null, AT],
  state_before_claim: [null, null, 'pending', 'not_reached'],
  disposition: [null, ...DISPOSITIONS],
  attempts_count: [0, 1, 2, 3, 4],
  deferred_from: [null, AT],
  version: [2, 3, 4],
};
const ATTEMPT_COLUMNS: Record<string, unknown[]> = {
  status: [...CALL_STATUSES, 'ended'],
  outcome: [null, ...CALL_OUTCOMES],
  ended_at: [null, AT, AT],
  dial_result: [null, 'accepted', 'accepted', 'unknown'],
  provider_call_id: [null, 'CA1', 'CA2'],
  interview_result: [null, 'completed', 'refused', 'no_response'],
  carrier_end: [null, 'completed', 'busy'],
  settle_after: [null, null, AT],
  corrected_from: [null, ...OUTCOME_CORRECTIONS.from],
  offers: [0, 1, 2],
  empty_lookups: [0, 2],
  dial_slot_at: [null, AT],
};
const CAMPAIGN_COLUMNS: Record<string, unknown[]> = {
  status: [...CAMPAIGN_STATUSES],
  closing_at: [null, null, AT, LATER],
  completed_at: [null, null, AT],
  carrier: ['simulator', 'simulator', 'AC1'],
  started_at: [AT],
  version: [0, 1, 2],
};

/**
 * On every standing: the columns of a goal, or none, and up to three more columns set to anything. Counts what the
 * database accepts, and lists what of it is wrong.
 */
async function anyUpdate(
  table: Table,
  standings: Standings,
  goals: Record<string, (before: Row) => Row>,
  columns: Record<string, unknown[]>,
  wrongIn: (before: Row, after: Row) => string | undefined,
): Promise<{ accepted: number; wrong: string[] }> {
  const assignment = fc
    .constantFrom(...Object.entries(columns))
    .chain(([name, values]) => fc.constantFrom(...values).map((value): [string, unknown] => [name, value]));
  const updates = fc.tuple(
    fc.constantFrom(...Object.entries(standings)),
    fc.option(fc.constantFrom(...Object.values(goals))),
    fc.array(assignment, { maxLength: 3 }),
  );
  const tries = fc
    .sample(updates, { numRuns: RUNS, seed: SEED })
    .map(([[name], goal, others]) => ({ name, goal, others: Object.fromEntries(others) }))
    .filter(({ goal, others }) => goal !== null || Object.keys(others).length > 0);
  const found = { accepted: 0, wrong: [] as string[] };
  await db.api.transaction(async (tx) => {
    const rows = new Map<string, Row>();
    for (const [index, [name, change]] of Object.entries(standings).entries()) {
      const own = table !== 'call_attempts' ? {} : { phone_number: `+1202555${String(1_000 + index)}` };
      const call = change.provider_call_id === undefined ? {} : { provider_call_id: `CA${name}` };
      rows.set(name, await placed(tx, table, { ...change, ...own, ...call }));
    }
    const written = tries.map(({ name, goal, others }) => {
      const before = rows.get(name)!;
      return { id: before.id, set: { ...goal?.(before), ...others } };
    });
    for (const [index, after] of (await updatedEach(tx, table, written)).entries()) {
      if (after === null) continue;
      found.accepted++;
      const { name } = tries[index]!;
      const what = wrongIn(rows.get(name)!, after);
      if (what !== undefined) {
        found.wrong.push(`not ${what}: ${name}, ${JSON.stringify(written[index]!.set)} (seed ${SEED})`);
      }
    }
  }, UNHURRIED);
  return found;
}
