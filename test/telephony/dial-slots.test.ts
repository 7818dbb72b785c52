import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DialPermission } from '../../src/scheduler/contracts/dial-permission.js';
import { ProcessStopwatch, Stopwatch } from '../../src/shared/clock/stopwatch.js';
import { DiallingDatabase } from '../../src/shared/db/database.js';
import { openPool } from '../../src/shared/db/pools.js';
import { DialIntents } from '../../src/telephony/dial/dial-intent.js';
import { DialResults } from '../../src/telephony/dial/dial-results.js';
import { reserveDialSlot } from '../../src/telephony/dial/dial-slots.js';
import { PlaceCallCommand } from '../../src/telephony/dial/place-call.command.js';
import { PlaceCallHandler } from '../../src/telephony/dial/place-call.handler.js';
import {
  LookUpCallsCommand,
  RecoverCallsCommand,
} from '../../src/telephony/recovery/recover-calls.command.js';
import { TelephonyPort } from '../../src/telephony/telephony-port.js';
import { OPEN_POLICY } from '../support/campaigns.js';
import { TestClock } from '../support/test-clock.js';
import { waitFor } from '../support/wait-for.js';
import { DialWorld } from './dial-world.js';

let world: DialWorld;
beforeAll(async () => {
  world = await DialWorld.open({ CLAIM_STALE_MS: '1000' });
});
afterAll(() => world.close());

const NOON = new Date('2026-11-22T12:00:00Z');
const timeOf = (clock = new TestClock(NOON.toISOString())) => ({ clock, stopwatch: new ProcessStopwatch() });
const later = (at: Date, ms: number) => new Date(at.getTime() + ms);
const lanes = (name: string, callsPerSecond: number) => ({
  account: name,
  campaignId: name,
  callsPerSecond,
  campaignCallsPerSecond: 100,
});

class FrozenFor extends Stopwatch {
  constructor(private readonly ms: number) {
    super();
  }
  override now(): number {
    return performance.now() + this.ms;
  }
  override wait(): Promise<void> {
    return Promise.resolve();
  }
}
/** Dials as a worker does that stood still for so long between its COMMIT and its request. */
const handler = (frozenMs: number) =>
  new PlaceCallHandler(
    world.on.app.get(DialIntents),
    world.on.app.get(DialResults),
    world.on.app.get(TelephonyPort),
    new FrozenFor(frozenMs),
  );
/** On a slow machine a dial may miss its slot and be given back; by this one's stopwatch nobody is late. */
const neverLate = () => handler(-3_600_000);

describe('the pace', () => {
  it('holds over workers: no two slots of an account are nearer than it allows, however many ask at once', async () => {
    const workers = await Promise.all(
      ['one', 'two', 'three'].map(async (name) => {
        const pool = await openPool(world.on.database.url, name, 10);
        return { pool, database: new DiallingDatabase(pool, { publish: () => undefined }) };
      }),
    );
    const reserved = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        workers[index % 3]!.database.transaction((tx) =>
          // One account under three campaigns.
          reserveDialSlot(tx, { ...lanes('shared', 40), campaignId: `c${index % 3}` }, timeOf()),
        ),
      ),
    );
    for (const { pool } of workers) await pool.destroy();
    const times = reserved.map(({ slotAt }) => slotAt.getTime()).toSorted((a, b) => a - b);
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(25);
  });

  it('gives no slot away that is too far ahead, and says whose pace it is', async () => {
    const { dialling } = world.on.database;
    const ask = () => dialling.transaction((tx) => reserveDialSlot(tx, lanes('slow', 0.8), timeOf()));
    expect(await ask()).toMatchObject({ reserved: true, slotAt: NOON });
    const full = { reserved: false, slotAt: later(NOON, 1_250), lane: 'account' };
    expect(await ask()).toMatchObject(full);
    // Whoever was refused has moved nothing.
    expect(await ask()).toMatchObject(full);
  });

  it('goes on at once when the clock was an hour ahead and steps back', async () => {
    const { dialling } = world.on.database;
    const at = (now: Date) =>
      dialling.transaction((tx) =>
        reserveDialSlot(tx, lanes('clock', 10), timeOf(new TestClock(now.toISOString()))),
      );
    expect(await at(later(NOON, 3_600_000))).toMatchObject({ reserved: true });
    expect(await at(NOON)).toMatchObject({ reserved: true, slotAt: NOON });
    // And keeps the pace from there; a small step back is waited for.
    expect(await at(NOON)).toMatchObject({ slotAt: later(NOON, 100) });
    expect(await at(later(NOON, -300))).toMatchObject({ slotAt: later(NOON, 200) });
  });

  it('goes by the time at which the lanes are free, not by that at which somebody began to wait for them', async () => {
    const { dialling } = world.on.database;
    const clock = new TestClock(NOON.toISOString());
    const ask = () =>
      dialling.transaction((tx) => reserveDialSlot(tx, lanes('waited for', 1), timeOf(clock)));
    expect(await ask()).toMatchObject({ reserved: true, slotAt: NOON });
    const barrier = await world.hold(
      `UPDATE dial_slots SET last_slot_at = $1 WHERE lane = 'account:waited for'`,
      [later(NOON, 2_500)],
    );
    const waiting = ask();
    await barrier.blocks();
    clock.advance(1_700);
    await barrier.release();
    expect(await waiting).toMatchObject({ reserved: false, slotAt: later(NOON, 3_500) });
    clock.advance(800);
    expect(await ask()).toMatchObject({ reserved: true, slotAt: later(NOON, 3_500), at: later(NOON, 2_500) });
  });

  it('is kept by a dial that stood still after it had read the clock: it takes no slot that has gone by', async () => {
    await world.on.api('PATCH', '/operations/settings', { callsPerSecond: 1 });
    // Nothing that was reserved before is in the way.
    world.on.clock.advance(60_000);
    const numbers = Array.from({ length: 4 }, () => world.number());
    await world.campaign(numbers);
    const ids: string[] = [];
    for (const number of numbers) ids.push(await world.claimed(await world.contact(number)));
    const intents = world.on.app.get(DialIntents);
    const permission = world.on.app.get(DialPermission);
    const ask = permission.ask.bind(permission);
    let wakeUp = () => {};
    const awake = new Promise<void>((resolve) => (wakeUp = resolve));
    const asked = vi.spyOn(permission, 'ask').mockImplementationOnce(async (...of) => {
      await awake;
      return ask(...of);
    });
    const standing = intents.commit(ids[0]!);
    await waitFor('the dial to stand still', () => asked.mock.calls.length === 1);
    for (const [index, ms] of [500, 100, 1_000].entries()) {
      world.on.clock.advance(ms);
      expect(await intents.commit(ids[index + 1]!)).toMatchObject({ kind: 'dial' });
    }
    world.on.clock.advance(100);
    wakeUp();
    const late = await standing;
    expect(late).toMatchObject({ kind: 'wait', lane: 'account' });
    world.on.clock.advance((late as { waitMs: number }).waitMs);
    expect(await intents.commit(ids[0]!)).toMatchObject({ kind: 'dial' });
    const slots: number[] = [];
    for (const id of [...ids.slice(1), ids[0]!])
      slots.push((await world.attempt(id)).dial_slot_at!.getTime());
    const gaps = slots.slice(1).map((slot, index) => slot - slots[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    await world.on.api('PATCH', '/operations/settings', { callsPerSecond: 100 });
  });

  it('counts an attempt that is sent again, and one that was found after its worker died', async () => {
    await world.on.api('PATCH', '/operations/settings', { callsPerSecond: 4 });
    const numbers = [world.number(), world.number(), world.number()];
    await world.campaign(numbers);
    const ids: string[] = [];
    for (const number of numbers) ids.push(await world.claimed(await world.contact(number)));
    const intents = world.on.app.get(DialIntents);
    const slots: number[] = [];
    const commit = async (id: string) => {
      for (;;) {
        const intent = await intents.commit(id);
        if (intent.kind === 'wait') {
          world.on.clock.advance(intent.waitMs);
          continue;
        }
        expect(intent.kind).toBe('dial');
        slots.push((await world.attempt(id)).dial_slot_at!.getTime());
        return;
      }
    };
    await commit(ids[0]!);
    await world.on.app.get(DialResults).record(ids[0]!, 1, { kind: 'throttled', reason: '429' });
    await commit(ids[1]!);
    await commit(ids[0]!);
    world.on.clock.advance(2_000);
    const { toDial } = await world.commands.execute(new RecoverCallsCommand());
    expect(toDial.map(({ id }) => id)).toContain(ids[2]);
    await commit(ids[2]!);
    const gaps = slots.slice(1).map((slot, index) => slot - slots[index]!);
    expect(slots).toHaveLength(4);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250);
    await world.on.api('PATCH', '/operations/settings', { callsPerSecond: 100 });
  });
});

describe('a limit lowered after the claim', () => {
  it('is counted dial by dial: of six that leave together exactly as many go as there is room for', async () => {
    const numbers = Array.from({ length: 6 }, () => world.number());
    const campaignId = await world.campaign(numbers, { maxConcurrentCalls: 6 });
    const ids: string[] = [];
    for (const number of numbers) ids.push(await world.claimed(await world.contact(number)));
    const patched = await world.on.api('PATCH', `/campaigns/${campaignId}`, {
      policy: { ...OPEN_POLICY, maxConcurrentCalls: 2 },
    });
    expect(patched.status).toBe(200);
    // All of them stand in front of the slot row, and are let go at the same moment.
    const barrier = await world.hold(`SELECT 1 FROM dial_slots WHERE lane LIKE 'account:%' FOR UPDATE`);
    const dials = ids.map((id) => neverLate().execute(new PlaceCallCommand(id)));
    await barrier.blocks();
    await barrier.release();
    const reports = await Promise.all(dials);
    const refused = { kind: 'canceled', reason: 'limit_reached' };
    expect(reports.filter(({ kind }) => kind === 'offered')).toHaveLength(2);
    expect(reports.filter(({ kind }) => kind !== 'offered')).toEqual(
      Array.from({ length: 4 }, () => refused),
    );
    expect(world.on.carrier.calls().filter(({ to }) => numbers.includes(to))).toHaveLength(2);
  });
});

describe('an attempt that several workers have taken up', () => {
  it('is offered to the carrier by one of them, with one request', async () => {
    const { attemptId } = await world.onePerson();
    // All of them come to the attempt before anybody has written anything.
    const barrier = await world.hold('SELECT 1 FROM call_attempts WHERE id = $1 FOR UPDATE', [attemptId]);
    const dials = [0, 1, 2].map(() => neverLate().execute(new PlaceCallCommand(attemptId)));
    await barrier.blocks();
    await barrier.release();
    const kinds = (await Promise.all(dials)).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['offered', 'passed_over', 'passed_over']);
    expect(world.creates(attemptId)).toBe(1);
    expect(await world.attempt(attemptId)).toMatchObject({ offers: 1, dial_result: 'accepted' });
  });
});

describe('a worker that was frozen between its COMMIT and its request', () => {
  it('does not dial when it wakes up: the attempt is claimed as before, and may be dialled again', async () => {
    const { attemptId } = await world.onePerson();
    const report = await handler(60_000).execute(new PlaceCallCommand(attemptId));
    expect(report.kind).toBe('requeued');
    expect(world.creates(attemptId)).toBe(0);
    expect(await world.attempt(attemptId)).toMatchObject({
      status: 'claimed',
      dial_result: null,
      dialing_at: null,
      offers: 1,
    });
    world.on.clock.advance(60_000);
    expect(await world.place(attemptId)).toEqual({ kind: 'offered', result: 'accepted' });
    expect(world.creates(attemptId)).toBe(1);
  });

  it('dials when it was only slow', async () => {
    const { attemptId } = await world.onePerson();
    const report = await handler(500).execute(new PlaceCallCommand(attemptId));
    expect(report).toEqual({ kind: 'offered', result: 'accepted' });
  });

  it('changes nothing when recovery has taken the attempt for unknown meanwhile', async () => {
    const { attemptId } = await world.onePerson();
    expect(await world.on.app.get(DialIntents).commit(attemptId)).toMatchObject({ kind: 'dial', offer: 1 });
    world.on.clock.advance(60_000);
    await world.commands.execute(new RecoverCallsCommand());
    const before = await world.attempt(attemptId);
    expect(before).toMatchObject({ status: 'dialing', dial_result: 'unknown' });
    await world.on.app.get(DialResults).missed(attemptId, 1);
    expect(await world.attempt(attemptId)).toEqual(before);
  });
});

describe('a caller id that the carrier refuses', () => {
  it('stops its own campaign only: the other one is dialled all the time, and no attempt counts', async () => {
    const bad = world.number();
    const good = [world.number(), world.number()] as const;
    const badCampaign = await world.campaign([bad]);
    await world.on.database.api.rows(
      `UPDATE campaigns SET caller_id = '+15005550007' WHERE id = $1 RETURNING id`,
      [badCampaign],
    );
    await world.campaign([...good]);
    const refused = await world.claimed(await world.contact(bad));
    expect(await world.place(refused)).toMatchObject({ kind: 'requeued' });
    const circuits = await world.on.database.api.rows<{ carrier: string }>(
      `SELECT carrier FROM carrier_circuits WHERE state = 'open'`,
    );
    expect(circuits).toEqual([{ carrier: 'simulator +15005550007' }]);
    expect(await world.place(await world.claimed(await world.contact(good[0])))).toMatchObject({
      kind: 'offered',
    });
    world.on.clock.advance(5_000);
    expect(await world.place(refused)).toEqual({ kind: 'canceled', reason: 'circuit_open' });
    expect(await world.place(await world.claimed(await world.contact(good[1])))).toMatchObject({
      kind: 'offered',
    });
    const contact = await world.on.database.api.row(`SELECT state FROM contacts WHERE phone_number = $1`, [
      bad,
    ]);
    expect(contact).toEqual({ state: 'pending' });
    // Its time over, the circuit closes, and the next dial shows whether it was mended.
    world.on.clock.advance(60_000);
    await world.commands.execute(new LookUpCallsCommand());
    expect(await world.on.database.api.rows(`SELECT 1 FROM carrier_circuits WHERE state = 'open'`)).toEqual(
      [],
    );
  });
});
