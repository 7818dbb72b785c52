import type { Bounds } from './bounds.js';
import { Finding, type InvariantReport, NotChecked } from './finding.js';
import type { Check } from './invariant.js';
import { INVARIANTS } from './invariants.js';
import * as scopes from './scopes.queries.js';

export { type Bounds, DEFAULT_BOUNDS, patienceOf } from './bounds.js';
export type { InvariantReport } from './finding.js';

/** Runs one statement, read only, and lets PostgreSQL end it after `statementMs`. */
export type Read = (sql: string, parameters: unknown[], statementMs: number) => Promise<object[]>;

export interface InvariantsReport {
  /** Every invariant was checked and none is broken. */
  holds: boolean;
  /** `recent`: of large databases only what the log has told of lately was looked at. */
  checked: 'all' | 'recent';
  invariants: InvariantReport[];
}

interface Step {
  contacts: string;
  parameters: unknown[];
}

/** Checks every invariant; a statement that takes too long leaves its invariant `not_checked`, never the whole. */
export async function checkInvariants(read: Read, bounds: Bounds): Promise<InvariantsReport> {
  const deadline = bounds.budgetMs === null ? Infinity : performance.now() + bounds.budgetMs;
  const findings = new Map(INVARIANTS.map(({ number }) => [number, new Finding()]));
  const run = async (scope: Check['scope'], { contacts, parameters }: Step): Promise<void> => {
    for (const { number, checks } of INVARIANTS) {
      const finding = findings.get(number)!;
      for (const check of checks.filter((one) => one.scope === scope)) {
        if (finding.note !== null) continue;
        await finding.take(check, contacts, async (sql) => {
          const leftMs = Math.min(bounds.statementMs, deadline - performance.now());
          if (leftMs < 1) throw new NotChecked(`no time was left of ${String(bounds.budgetMs! / 1_000)} s`);
          return read(sql, parameters, Math.ceil(leftMs));
        });
      }
    }
  };
  const plan = await planOf(read, bounds);
  await run('whole', { contacts: 'contacts c', parameters: [] });
  await run('clock', {
    contacts: 'contacts c',
    parameters: [bounds.at, bounds.resolvedWithinMs, bounds.askedWithinMs],
  });
  for (const parameters of plan.events) await run('events', { contacts: '', parameters });
  const steps =
    plan.contacts === 'recent'
      ? stepsOfContactsToldOf(read, bounds, plan.events[0]!)
      : stepsOverContacts(read, bounds);
  const ofContacts = INVARIANTS.filter(({ checks }) => checks.some(({ scope }) => scope === 'contacts')).map(
    ({ number }) => findings.get(number)!,
  );
  try {
    for await (const step of steps) {
      await run('contacts', step);
      if (ofContacts.every(({ note }) => note !== null)) break;
    }
  } catch (error) {
    // The next step could not be found: what was found so far counts, the rest was not looked at.
    for (const finding of ofContacts) finding.giveUp(error);
  }
  const invariants = INVARIANTS.map((invariant) => findings.get(invariant.number)!.report(invariant));
  return {
    holds: invariants.every(({ status }) => status === 'holds' || status === 'listed'),
    checked: plan.contacts === 'recent' || plan.truncated ? 'recent' : 'all',
    invariants,
  };
}

interface Plan {
  contacts: 'all' | 'recent';
  events: [string, string][];
  truncated: boolean;
}

async function planOf(read: Read, bounds: Bounds): Promise<Plan> {
  const [log] = (await read(scopes.LOG_BOUNDS, [], bounds.statementMs)) as { first: string; last: string }[];
  const [many] = (await read(scopes.MORE_CONTACTS_THAN, [bounds.smallDatabase], bounds.statementMs)) as {
    more: boolean;
  }[];
  const last = Number(log!.last);
  const oldest = Number(log!.first) - 1;
  const from = bounds.full ? oldest : Math.max(oldest, last - bounds.recentEvents);
  const stepSize = bounds.full ? bounds.eventsPerStep : bounds.recentEvents;
  const events: [string, string][] = [];
  for (let after = from; after < last || events.length === 0; after += stepSize) {
    events.push([String(after), String(Math.min(last, after + stepSize))]);
  }
  return { contacts: many!.more && !bounds.full ? 'recent' : 'all', events, truncated: from > oldest };
}

async function* stepsOverContacts(read: Read, bounds: Bounds): AsyncGenerator<Step> {
  for (let after: string | null = null; ;) {
    const [end] = (await read(scopes.END_OF_STEP, [after, bounds.contactsPerStep], bounds.statementMs)) as {
      id: string;
    }[];
    yield { contacts: scopes.CONTACTS_OF_STEP, parameters: [after, end?.id ?? null] };
    if (end === undefined) return;
    after = end.id;
  }
}

async function* stepsOfContactsToldOf(
  read: Read,
  bounds: Bounds,
  events: [string, string],
): AsyncGenerator<Step> {
  const told = (await read(scopes.CONTACTS_TOLD_OF, events, bounds.statementMs)) as { id: string }[];
  for (let from = 0; from < told.length; from += bounds.contactsPerStep) {
    const ids = told.slice(from, from + bounds.contactsPerStep).map(({ id }) => id);
    yield { contacts: scopes.CONTACTS_OF_LIST, parameters: [ids] };
  }
}
