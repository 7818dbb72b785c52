import { checkInvariants, DEFAULT_BOUNDS } from '../../src/operations/invariants/check-invariants.js';
import type { LedgerCall } from '../carrier/ledger.js';
import type { World } from '../world.js';
import { checkLedger, checkSearches, checkTurns } from './ledger-checks.js';
import { checkLog } from './log-checks.js';
import { checkPeople } from './people-checks.js';
import { readRows, type Rows } from './rows.js';

/** At rest: everybody final, nothing acknowledged missing, nothing done that was forbidden, every invariant holding. */
export async function checkEnd(world: World): Promise<string[]> {
  const rows = await readRows(world.sessions.watcher);
  const calls = [...world.exchange.calls.values()];
  return [
    ...deadlocks(world),
    ...rows.open.map(({ id, state }) => `contact ${id} is not final: ${state}`),
    ...checkLedger(calls, rows, world.environment),
    ...checkTurns(calls, rows),
    ...checkPeople(world.exchange.calls, rows, world.operators),
    ...checkSearches(world.exchange.searches, rows, world.environment),
    ...checkLog(rows, world.limits.maxConcurrentCalls),
    ...[...rows.signalsTwice].map((key) => `the callback ${key} is stored twice`),
    ...lostCallbacks(world, rows),
    ...forbiddenDials(world, calls, rows),
    ...(await brokenInvariants(world)),
  ];
}

/** Rows are locked in one order everywhere. */
function deadlocks({ database: { givenUp } }: World): string[] {
  const count = givenUp['40P01'] ?? 0;
  return count === 0 ? [] : [`${count} transactions waited for each other in a circle`];
}

/** Every callback that was answered with success is stored, or its call was recorded as late: there is no third way. */
function lostCallbacks(world: World, { signals, lateCalls }: Rows): string[] {
  return world.deliveries.acknowledged
    .filter(
      ({ attemptId, callId, kind }) =>
        !lateCalls.has(`${attemptId} ${callId}`) && !signals.has(`${attemptId} ${callId} ${kind}`),
    )
    .map(({ callId, kind }) => `the acknowledged callback ${kind} of ${callId} is not stored`);
}

/** Nobody is dialled after a pause, a stop, a suppression or a refusal that was acknowledged. */
function forbiddenDials(world: World, calls: LedgerCall[], rows: Rows): string[] {
  const bans = world.operators.bans.all.map((ban) => ({ ...ban, contactId: null as string | null }));
  for (const call of calls) {
    const contactId = rows.attempts.get(call.request.attemptId)?.contactId ?? null;
    for (const { question, keys, acknowledgedAt } of call.inputs) {
      if (question !== 'consent' || acknowledgedAt === null || (keys !== '2' && keys !== '9')) continue;
      const phoneNumber = keys === '9' ? call.request.to : null;
      const ban = { campaignId: null, phoneNumber, from: acknowledgedAt, to: Number.POSITIVE_INFINITY };
      bans.push({ ...ban, contactId: keys === '2' ? contactId : null });
    }
  }
  return rows.dials.flatMap((dial) =>
    bans
      .filter(
        (ban) =>
          dial.at > ban.from &&
          dial.at < ban.to &&
          (ban.campaignId === null || ban.campaignId === dial.campaignId) &&
          (ban.phoneNumber === null || ban.phoneNumber === dial.phoneNumber) &&
          (ban.contactId === null || ban.contactId === dial.contactId),
      )
      .map(() => `attempt ${dial.attemptId} was dialled after it was forbidden`),
  );
}

async function brokenInvariants(world: World): Promise<string[]> {
  const report = await checkInvariants(
    async (sql, parameters) => (await world.sessions.watcher.query(sql, parameters)).records as object[],
    {
      ...DEFAULT_BOUNDS,
      at: new Date(world.agenda.now),
      resolvedWithinMs: 86_400_000,
      askedWithinMs: 86_400_000,
      full: true,
    },
  );
  return report.invariants
    .filter(({ status }) => status !== 'holds' && status !== 'listed')
    .map(
      ({ number, name, status, examples, note }) =>
        `invariant ${number} (${name}) ${status}: ${JSON.stringify(examples)} ${note ?? ''}`,
    );
}
