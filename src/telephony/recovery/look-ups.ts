import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../../operations/contracts/metrics.js';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import { Environment } from '../../shared/environment/environment.js';
import { Interviews } from '../../survey/contracts/interviews.js';
import { outcomeOfForgotten } from '../domain/call-lifecycle.js';
import {
  isLost,
  judgeLookUp,
  lostNotBefore,
  possibleDialSince,
  type RecoveryBounds,
} from '../domain/recovery-plan.js';
import { AttemptSettlement } from '../facts/attempt-settlement.js';
import { againIfBoundMeanwhile, CallFacts, isTerminal } from '../facts/call-facts.js';
import { ATTEMPT_COLUMNS, AttemptChange, type AttemptRow } from '../rows/attempt-rows.js';
import { type CarrierCall, TelephonyPort } from '../telephony-port.js';
import type { Stranded } from './stranded-attempts.js';

/** An attempt under the lease it is looked up with. */
type LeasedCall = Pick<Stranded, 'id' | 'leaseUntil'>;

/** Our clock and the carrier's may differ by this much. */
const CLOCK_SKEW_MS = 60_000;
const DAY_MS = 86_400_000;

/** Asks the carrier about calls we do not know enough of, outside any transaction, and applies what it says. */
@Injectable()
export class LookUps {
  private readonly log = new Logger('LookUps');

  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly environment: Environment,
    private readonly port: TelephonyPort,
    private readonly facts: CallFacts,
    private readonly settlement: AttemptSettlement,
    private readonly interviews: Interviews,
    private readonly metrics: Metrics,
  ) {}

  /** Looks for the call of an attempt whose create request had an unknown result. */
  async findUnbound(leased: LeasedCall): Promise<void> {
    const attemptId = leased.id;
    const attempt = await this.read(attemptId);
    if (attempt === undefined || attempt.providerCallId !== null || attempt.callerId === null) return;
    const createdSince = new Date(attempt.dialingAt!.getTime() - CLOCK_SKEW_MS);
    const found = await this.port.find({ to: attempt.phoneNumber, from: attempt.callerId, createdSince });
    // While the carrier cannot be asked nothing is guessed: the attempt stays unknown and keeps its place.
    if (found.kind === 'unavailable') return this.failed(leased, found.reason);
    const unbound = await this.unbound(found.calls);
    const dayAgo = new Date((await this.clock.now()).getTime() - DAY_MS);
    const verdict = judgeLookUp({
      unboundCandidates: unbound.length,
      allOver: unbound.every(({ signal }) => isTerminal(signal)),
      lostRivalLately: await this.lostRival(attempt, unbound, dayAgo),
      dialledLately: attempt.dialSlotAt! > dayAgo,
    });
    if (verdict === 'bind') await this.apply(attemptId, unbound[0]!);
    await this.looked(leased, verdict, attempt);
  }

  /** Asks for a bound call that has not been heard of for too long. */
  async askSilent(leased: LeasedCall): Promise<void> {
    const attemptId = leased.id;
    const attempt = await this.read(attemptId);
    if (attempt?.providerCallId == null || attempt.status === 'ended') return;
    const found = await this.port.fetch(attempt.providerCallId);
    if (found.kind === 'unavailable') return this.failed(leased, found.reason);
    if (found.kind === 'found') await this.apply(attemptId, found.call);
    await this.looked(leased, found.kind === 'found' ? 'bind' : 'empty', attempt);
  }

  /**
   * Asks for the end of a call whose hang-up was noted, and for what became of it: the callback of the end may be lost as
   * well, and as long as the carrier does not report the end it is asked again.
   */
  async endUnwanted(leased: LeasedCall): Promise<void> {
    const attempt = await this.read(leased.id);
    if (attempt?.providerCallId == null || attempt.status === 'ended') return;
    await this.port.end(attempt.providerCallId);
    await this.askSilent(leased);
  }

  /** Nothing is guessed, but somebody must know: a call that cannot be asked for keeps its place in the limits. */
  private async failed(leased: LeasedCall, reason: string): Promise<void> {
    this.log.error(
      `attempt ${leased.id} keeps its place: the carrier cannot be asked about its call (${reason})`,
    );
    this.metrics.lookUpFailed();
    await this.looked(leased, 'unavailable');
  }

  private async apply(attemptId: string, call: CarrierCall): Promise<void> {
    const { providerCallId, signal } = call;
    const result = await againIfBoundMeanwhile(() =>
      this.database.transaction(async (tx) =>
        this.facts.apply(tx, {
          attemptId,
          providerCallId,
          signal,
          source: 'lookup',
          at: await this.clock.now(tx),
        }),
      ),
    );
    if (result === 'late' || result === 'unwanted') await this.port.end(providerCallId);
  }

  /**
   * Notes a look-up; gives the attempt up when two found nothing and the call would long be over. Fenced by the lease: a
   * look-up of a worker that was frozen past it counts for nothing, or two of one moment could pass for two apart. Nor
   * does one that found nothing while the call itself has spoken: a callback is better evidence than a list.
   */
  private async looked(
    leased: LeasedCall,
    result: 'bind' | 'ambiguous' | 'empty' | 'unavailable',
    asked?: AttemptRow,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const call = await this.facts.lock(tx, leased.id);
      if (call === undefined || call.attempt.status === 'ended') return;
      const { attempt, contact } = call;
      if (attempt.leaseUntil?.getTime() !== leased.leaseUntil.getTime()) return;
      const at = await this.clock.now(tx);
      const change = new AttemptChange(attempt, at);
      if (result === 'unavailable') {
        await change.note({ leaseUntil: null, lastLookupAt: at }).write(tx);
        return;
      }
      const spoken = asked?.lastFactAt?.getTime() !== attempt.lastFactAt?.getTime();
      const emptyLookups = result === 'empty' && !spoken ? attempt.emptyLookups + 1 : 0;
      change.note({ leaseUntil: null, lastLookupAt: at, emptyLookups });
      const notBefore = lostNotBefore(
        { slotAt: attempt.dialSlotAt!, ringSeconds: attempt.ringSeconds!, callSeconds: attempt.callSeconds! },
        this.bounds(),
      );
      if (isLost(emptyLookups, notBefore, at)) {
        const outcome = outcomeOfForgotten(attempt, await this.interviews.evidence(tx, contact.id));
        await this.settlement.end(
          tx,
          { contact, change },
          { outcome, reason: 'not found at the carrier', at },
        );
      } else {
        await change.write(tx);
      }
    });
  }

  private async unbound(calls: CarrierCall[]): Promise<CarrierCall[]> {
    const bound = await this.database.rows<{ id: string }>(
      `SELECT provider_call_id AS id FROM call_attempts WHERE provider_call_id = ANY ($1)`,
      [calls.map(({ providerCallId }) => providerCallId)],
    );
    const taken = new Set(bound.map(({ id }) => id));
    return calls.filter(({ providerCallId }) => !taken.has(providerCallId));
  }

  /** Whether one of the found calls may belong to an attempt that was given up before: see `possibleDialSince`. */
  private async lostRival(attempt: AttemptRow, found: CarrierCall[], dayAgo: Date): Promise<boolean> {
    if (found.length === 0) return false;
    const earliest = Math.min(...found.map(({ createdAt }) => createdAt.getTime()));
    const row = await this.database.row(
      `SELECT 1 FROM call_attempts WHERE phone_number = $1 AND outcome = 'lost' AND provider_call_id IS NULL
          AND ended_at > $2 AND id <> $3 AND dial_slot_at >= $4 LIMIT 1`,
      [
        attempt.phoneNumber,
        // Before now, not before the dial: a rival must not keep this attempt waiting for ever.
        dayAgo,
        attempt.id,
        possibleDialSince(new Date(earliest), this.bounds(), CLOCK_SKEW_MS),
      ],
    );
    return row !== undefined;
  }

  private bounds(): RecoveryBounds {
    const { CREATE_TIMEOUT_MS, CREATE_GRACE_MS, CARRIER_QUEUE_MS, LOST_MARGIN_MS } = this.environment;
    return {
      createTimeoutMs: CREATE_TIMEOUT_MS,
      createGraceMs: CREATE_GRACE_MS,
      carrierQueueMs: CARRIER_QUEUE_MS,
      lostMarginMs: LOST_MARGIN_MS,
    };
  }

  private async read(attemptId: string): Promise<AttemptRow | undefined> {
    return this.database.row<AttemptRow>(`SELECT ${ATTEMPT_COLUMNS} FROM call_attempts WHERE id = $1`, [
      attemptId,
    ]);
  }
}
