import { randomUUID } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Metrics } from '../../src/operations/contracts/metrics.js';
import { DiallingDatabase } from '../../src/shared/db/database.js';
import { ApplyCallSignalCommand } from '../../src/telephony/facts/apply-call-signal.command.js';
import { LookUpCallsCommand } from '../../src/telephony/recovery/recover-calls.command.js';
import { type CarrierCall, TelephonyPort } from '../../src/telephony/telephony-port.js';
import { HandleTurnCommand } from '../../src/telephony/turn/handle-turn.command.js';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER_ID } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';
import { DialWorld } from './dial-world.js';

const INTERVAL_MS = 60_000;
const LOOK_UPS_AT_ONCE = 8;
/** Create timeout, grace, queue, ring and call, margin: as the environment and the policy below say. */
const BOUND_MS = 10_000 + 200 + 500 + (30 + 600) * 1_000 + 200;

/** Calls whose create request had an unknown result, looked for one step at a time. */
describe('a call that has to be looked for', () => {
  let world: DialWorld;

  beforeAll(async () => {
    world = await DialWorld.open({
      LOOKUP_INTERVAL_MS: String(INTERVAL_MS),
      CIRCUIT_PROBE_MS: '3600000',
      SILENT_CALL_MS: String(INTERVAL_MS),
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    world.on.carrier.setFaults([{ fault: 'drop' }]);
    // What this test has left is nobody's business in the next.
    await world.on.database.api.rows(
      `UPDATE call_attempts SET lease_until = 'infinity' WHERE status <> 'ended' RETURNING id`,
    );
  });
  afterAll(() => world.close());

  const port = () => world.on.app.get(TelephonyPort);
  const lookUp = () => world.commands.execute(new LookUpCallsCommand());
  const callsTo = (number: string) => world.on.carrier.calls().filter(({ to }) => to === number);
  const eventsOf = async (attemptId: string) =>
    (
      await world.on.database.api.rows<{ type: string }>(
        `SELECT type FROM domain_events WHERE entity_id = $1 ORDER BY entity_version`,
        [attemptId],
      )
    ).map(({ type }) => type);

  /** An attempt of unknown result; the carrier has placed the call or not. */
  async function unknown(placed: boolean) {
    const person = await world.onePerson({ ringSeconds: 30, callSeconds: 600, maxAttempts: 1 });
    world.on.carrier.setFaults([
      { fault: placed ? 'errorAfterPlacing' : 'errorBefore', times: 1 },
      { fault: 'drop' },
    ]);
    expect(await world.place(person.attemptId)).toEqual({ kind: 'offered', result: 'unknown' });
    return person;
  }

  /** A call between our two numbers that is not this attempt's. */
  async function placeAnother(number: string): Promise<string> {
    const placed = await port().place({
      attemptId: randomUUID(),
      to: number,
      from: CALLER_ID,
      ringSeconds: 120,
      callSeconds: 600,
      detectMachines: false,
    });
    return (placed as { providerCallId: string }).providerCallId;
  }

  async function callback(attemptId: string, path: string, parameters: Record<string, string>) {
    const url = `${world.on.url}/webhooks/twilio/calls/${attemptId}/${path}`;
    const body = { AccountSid: ACCOUNT_SID, ...parameters };
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'x-twilio-signature': getExpectedTwilioSignature(AUTH_TOKEN, url, body) },
      body: new URLSearchParams(body),
    });
    return { status: response.status, text: await response.text() };
  }

  async function lose(attemptId: string): Promise<void> {
    await lookUp();
    world.on.clock.advance(BOUND_MS);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ outcome: 'lost' });
  }

  it('is asked for in its turn, however many others the carrier gives no answer about', async () => {
    const find = vi.spyOn(port(), 'find').mockResolvedValue({ kind: 'unavailable', reason: 'it hangs' });
    const numbers: string[] = [];
    for (let person = 0; person <= LOOK_UPS_AT_ONCE; person++) numbers.push((await unknown(false)).number);
    for (let tick = 0; tick < 2; tick++) {
      await lookUp();
      world.on.clock.advance(INTERVAL_MS + 20_000);
    }
    expect(new Set(find.mock.calls.map(([{ to }]) => to))).toEqual(new Set(numbers));
  });

  it('is lost after two empty look-ups an interval apart, but not before it would be over', async () => {
    const { attemptId } = await unknown(false);
    const find = vi.spyOn(port(), 'find');
    await lookUp();
    await lookUp();
    world.on.clock.advance(INTERVAL_MS - 5_000);
    await lookUp();
    expect(find).toHaveBeenCalledTimes(1);
    expect(await world.attempt(attemptId)).toMatchObject({ empty_lookups: 1, outcome: null });
    world.on.clock.advance(6_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ empty_lookups: 2, outcome: null });
    world.on.clock.advance(BOUND_MS - INTERVAL_MS - 10_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ empty_lookups: 3, outcome: null });
    world.on.clock.advance(INTERVAL_MS + 10_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ status: 'ended', outcome: 'lost' });
  });

  it('is not lost by one empty look-up, however late', async () => {
    const { attemptId } = await unknown(false);
    world.on.clock.advance(10 * BOUND_MS);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ empty_lookups: 1, outcome: null });
    world.on.clock.advance(INTERVAL_MS + 1_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ outcome: 'lost' });
  });

  it('stays unknown while the carrier cannot be asked: it keeps its place, and somebody is told', async () => {
    const { attemptId, contactId } = await unknown(false);
    const alarm = vi.spyOn(world.on.app.get(Metrics), 'lookUpFailed');
    await lookUp();
    world.on.carrier.setFaults([{ fault: 'outage' }]);
    for (let hour = 1; hour <= 3; hour++) {
      world.on.clock.advance(3_600_000);
      await lookUp();
      expect(alarm).toHaveBeenCalledTimes(hour);
    }
    expect(await world.attempt(attemptId)).toMatchObject({
      status: 'dialing',
      dial_result: 'unknown',
      outcome: null,
      empty_lookups: 1,
    });
    const live = await world.on.database.api.rows(
      `SELECT 1 FROM call_attempts WHERE contact_id = $1 AND status <> 'ended'`,
      [contactId],
    );
    expect(live).toHaveLength(1);
    world.on.carrier.setFaults([{ fault: 'drop' }]);
    world.on.clock.advance(INTERVAL_MS + 1_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ outcome: 'lost' });
  });

  it('is bound when exactly one call fits', async () => {
    const { attemptId, number } = await unknown(true);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({
      dial_result: 'accepted',
      provider_call_id: callsTo(number)[0]!.sid,
    });
  });

  it('is bound to none of several, and to the only one that is left when the others are taken', async () => {
    const { attemptId, number, contactId } = await unknown(true);
    const other = await placeAnother(number);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ provider_call_id: null, empty_lookups: 0 });
    world.on.clock.advance(BOUND_MS);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ provider_call_id: null, outcome: null });
    // Another attempt turns out to be the owner of the other one.
    await world.on.database.api.rows(
      `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, claimed_at, status,
              outcome, ended_at, provider_call_id, dial_result)
       SELECT gen_random_uuid(), $1, campaign_id, 2, phone_number, 'simulator', now(), 'ended', 'no_answer', now(), $2, 'accepted'
         FROM call_attempts WHERE id = $3 RETURNING id`,
      [contactId, other, attemptId],
    );
    world.on.clock.advance(INTERVAL_MS + 1_000);
    await lookUp();
    const ours = callsTo(number).find(({ sid }) => sid !== other)!;
    expect(await world.attempt(attemptId)).toMatchObject({ provider_call_id: ours.sid });
  });

  it('waits for a callback when several calls are all over, and no longer than a day', async () => {
    const { attemptId, number } = await unknown(true);
    await placeAnother(number);
    for (const { sid } of callsTo(number)) await port().end(sid);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ provider_call_id: null, empty_lookups: 0 });
    world.on.clock.advance(BOUND_MS);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({
      dial_result: 'unknown',
      outcome: null,
      empty_lookups: 0,
    });
    await world.on.database.api.rows(
      `UPDATE call_attempts SET dial_slot_at = dial_slot_at - interval '1 day' WHERE id = $1 RETURNING id`,
      [attemptId],
    );
    world.on.clock.advance(INTERVAL_MS + 1_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ outcome: null, empty_lookups: 1 });
    world.on.clock.advance(INTERVAL_MS + 1_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ provider_call_id: null, outcome: 'lost' });
  });

  describe('when the carrier knows nothing more of it', () => {
    /** A call in which a person pressed these keys, one turn each; its end was never heard of. */
    async function talked(keys: string[]) {
      const person = await world.onePerson({ ringSeconds: 30, callSeconds: 600, maxAttempts: 1 });
      const sid = await world.offered(person.attemptId);
      const inputs = ['', ...keys].entries();
      for (const [number, pressed] of inputs) {
        await world.commands.execute(
          new HandleTurnCommand(
            person.attemptId,
            number,
            sid,
            pressed === '' ? { kind: 'silence' } : { kind: 'keys', keys: pressed },
            'human',
          ),
        );
      }
      expect(await world.attempt(person.attemptId)).toMatchObject({ status: 'in_progress' });
      return person;
    }

    /** Two answers of 404, a long time after the call. */
    async function forgotten(attemptId: string): Promise<void> {
      vi.spyOn(port(), 'fetch').mockResolvedValue({ kind: 'not_found' });
      world.on.clock.advance(BOUND_MS);
      await lookUp();
      expect(await world.attempt(attemptId)).toMatchObject({ outcome: null, empty_lookups: 1 });
      world.on.clock.advance(INTERVAL_MS + 1_000);
      await lookUp();
    }

    it.each([
      ['who finished', ['1', '4', '1', '7'], 'completed'],
      ['who refused', ['2'], 'refused'],
      ['who answered enough for a part', ['1', '4', '1'], 'partial'],
      ['who had answered next to nothing', ['1'], 'lost'],
    ])('what the person did decides: one %s', async (_, keys, outcome) => {
      const { attemptId, contactId } = await talked(keys);
      await forgotten(attemptId);
      expect(await world.attempt(attemptId)).toMatchObject({
        status: 'ended',
        outcome,
        corrected_from: null,
      });
      const contact = await world.on.database.api.row<{ state: string }>(
        'SELECT state, disposition FROM contacts WHERE id = $1',
        [contactId],
      );
      const state = outcome === 'completed' || outcome === 'refused' ? outcome : 'not_reached';
      expect(contact).toEqual({ state, disposition: outcome });
      const end = await world.on.database.api.row<{ outcome: string; reason: string }>(
        `SELECT payload ->> 'outcome' AS outcome, payload ->> 'reason' AS reason FROM domain_events
          WHERE entity_id = $1 AND type = 'call.ended.v1'`,
        [attemptId],
      );
      expect(end).toEqual({ outcome, reason: 'not found at the carrier' });
    });
  });

  it('is not bound to a call that was there before the dial, nor to one from another number', async () => {
    const { attemptId } = await unknown(false);
    const real = port().find.bind(port());
    const asked = vi.spyOn(port(), 'find').mockImplementation((calls) => real(calls));
    await lookUp();
    const { dialing_at: dialingAt } = await world.attempt(attemptId);
    expect(asked.mock.calls[0]![0]).toMatchObject({ from: CALLER_ID });
    expect(asked.mock.calls[0]![0].createdSince.getTime()).toBe(dialingAt!.getTime() - 60_000);
    expect(await world.attempt(attemptId)).toMatchObject({ provider_call_id: null });
  });

  /** An attempt to the same number that has just been given up; it was dialled so long ago by the carrier's clock. */
  async function lostRival(of: { attemptId: string; contactId: string }, agoMs: number): Promise<void> {
    const dialledAt = new Date(Date.now() - agoMs);
    await world.on.database.api.rows(
      `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, claimed_at,
                                  dial_slot_at, status, outcome, ended_at)
       SELECT gen_random_uuid(), $1, campaign_id, 2, phone_number, 'simulator', $2, $2, 'ended', 'lost', $3
         FROM call_attempts WHERE id = $4 RETURNING id`,
      [of.contactId, dialledAt, await world.on.clock.now(), of.attemptId],
    );
  }

  it('is bound at once beside a lost attempt that was dialled too long before to have made the call', async () => {
    const { attemptId, number, contactId } = await unknown(true);
    await lostRival({ attemptId, contactId }, 3_600_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ provider_call_id: callsTo(number)[0]!.sid });
  });

  it('waits for a callback when a lost attempt to the number may have made the call, and no longer than a day', async () => {
    const { attemptId, number, contactId } = await unknown(true);
    await lostRival({ attemptId, contactId }, 20_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ provider_call_id: null, empty_lookups: 0 });
    world.on.clock.advance(24 * 3_600_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ provider_call_id: callsTo(number)[0]!.sid });
  });

  it('is not given up when it is named by a callback while the carrier is being asked', async () => {
    const { attemptId } = await unknown(true);
    const call = world.on.carrier.calls().at(-1);
    const find = vi.spyOn(port(), 'find').mockResolvedValueOnce({ kind: 'found', calls: [] });
    await lookUp();
    world.on.clock.advance(BOUND_MS);
    find.mockImplementationOnce(async () => {
      await callback(attemptId, 'status', { CallSid: call!.sid, CallStatus: 'ringing' });
      return { kind: 'found', calls: [] };
    });
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({
      status: 'ringing',
      outcome: null,
      provider_call_id: call!.sid,
      empty_lookups: 0,
    });
  });

  it('is not given up for silence when it speaks while the carrier is being asked', async () => {
    const { attemptId, number } = await unknown(true);
    const { sid } = callsTo(number)[0]!;
    await callback(attemptId, 'status', { CallSid: sid, CallStatus: 'initiated' });
    const fetched = vi.spyOn(port(), 'fetch').mockResolvedValueOnce({ kind: 'not_found' });
    world.on.clock.advance(INTERVAL_MS + 1_000);
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ empty_lookups: 1 });
    world.on.clock.advance(BOUND_MS);
    fetched.mockImplementationOnce(async () => {
      await callback(attemptId, 'status', { CallSid: sid, CallStatus: 'in-progress' });
      return { kind: 'not_found' };
    });
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ status: 'in_progress', outcome: null });
  });

  it('starts counting again when it has been heard of in between', async () => {
    const { attemptId, number } = await unknown(true);
    const { sid } = callsTo(number)[0]!;
    vi.spyOn(port(), 'find').mockResolvedValueOnce({ kind: 'found', calls: [] });
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ empty_lookups: 1 });
    await callback(attemptId, 'status', { CallSid: sid, CallStatus: 'ringing' });
    world.on.clock.advance(BOUND_MS);
    vi.spyOn(port(), 'fetch').mockResolvedValueOnce({ kind: 'not_found' });
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ outcome: null, empty_lookups: 1 });
  });

  it('takes nothing from an attempt that was bound to the call it has found meanwhile, and does not end that call', async () => {
    const { attemptId } = await unknown(false);
    const other = await unknown(true);
    const { sid } = callsTo(other.number)[0]!;
    const found: CarrierCall = {
      providerCallId: sid,
      createdAt: new Date(),
      signal: { kind: 'ringing', answeredBy: null, errorCode: null },
    };
    const ended = vi.spyOn(port(), 'end');
    const real = port().find.bind(port());
    vi.spyOn(port(), 'find').mockImplementation(async (calls) => {
      if (calls.to === other.number) return real(calls);
      await world.commands.execute(new ApplyCallSignalCommand(other.attemptId, sid, found.signal, 'webhook'));
      return { kind: 'found', calls: [found] };
    });
    // As if the bound calls had been read before the callback was stored.
    const database = world.on.app.get(DiallingDatabase);
    const rows = database.rows.bind(database);
    vi.spyOn(database, 'rows').mockImplementation((sql, parameters) =>
      sql.includes('provider_call_id = ANY') ? Promise.resolve([]) : rows(sql, parameters),
    );
    await lookUp();
    expect(await world.attempt(attemptId)).toMatchObject({ provider_call_id: null, outcome: null });
    expect(await world.attempt(other.attemptId)).toMatchObject({ provider_call_id: sid, outcome: null });
    expect(ended).not.toHaveBeenCalled();
  });

  describe('after it was given up', () => {
    it('is ended at the carrier when it rings, recorded once, and neither bound nor interviewed', async () => {
      const { attemptId, number } = await unknown(true);
      vi.spyOn(port(), 'find').mockResolvedValue({ kind: 'found', calls: [] });
      await lose(attemptId);
      const { sid } = callsTo(number)[0]!;
      const counted = vi.spyOn(world.on.app.get(Metrics), 'webhook');
      expect((await callback(attemptId, 'status', { CallSid: sid, CallStatus: 'ringing' })).status).toBe(204);
      expect((await callback(attemptId, 'status', { CallSid: sid, CallStatus: 'ringing' })).status).toBe(204);
      await waitFor('the end of the late call', () => callsTo(number)[0]!.endedAt !== null);
      expect(counted).toHaveBeenCalledWith('unknown_call');
      const answer = await callback(attemptId, 'turns/0', { CallSid: sid, CallStatus: 'in-progress' });
      expect([answer.status, answer.text.includes('<Hangup/>'), answer.text.includes('Acme')]).toEqual([
        200,
        true,
        false,
      ]);
      expect(await world.attempt(attemptId)).toMatchObject({ outcome: 'lost', provider_call_id: null });
      expect((await eventsOf(attemptId)).filter((type) => type === 'call.late.v1')).toHaveLength(2);
      const recorded = await world.on.database.api.rows(
        `SELECT payload ->> 'saw' AS saw FROM call_events WHERE attempt_id = $1 AND kind = 'late_call' ORDER BY id`,
        [attemptId],
      );
      expect(recorded).toEqual([{ saw: 'ringing' }, { saw: 'turn 0' }]);
      expect(
        await world.on.database.api.rows(`SELECT 1 FROM interviews WHERE attempt_id = $1`, [attemptId]),
      ).toEqual([]);
    });

    it('is ended when it rings after an attempt that ended otherwise, if it is another call', async () => {
      const { attemptId, number } = await unknown(true);
      const { sid } = callsTo(number)[0]!;
      await callback(attemptId, 'status', { CallSid: sid, CallStatus: 'busy' });
      const late = await placeAnother(number);
      await callback(attemptId, 'status', { CallSid: late, CallStatus: 'ringing' });
      await waitFor(
        'the end of the late call',
        () => callsTo(number).find((call) => call.sid === late)!.endedAt !== null,
      );
      expect(await world.attempt(attemptId)).toMatchObject({ outcome: 'busy', provider_call_id: sid });
    });

    it('needs no ending when all that is heard of it is its end', async () => {
      const { attemptId, number } = await unknown(true);
      vi.spyOn(port(), 'find').mockResolvedValue({ kind: 'found', calls: [] });
      await lose(attemptId);
      const ended = vi.spyOn(port(), 'end');
      const { sid } = callsTo(number)[0]!;
      expect((await callback(attemptId, 'status', { CallSid: sid, CallStatus: 'completed' })).status).toBe(
        204,
      );
      expect(ended).not.toHaveBeenCalled();
      expect(await world.attempt(attemptId)).toMatchObject({ outcome: 'lost' });
    });
  });
});
