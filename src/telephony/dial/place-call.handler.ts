import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Stopwatch } from '../../shared/clock/stopwatch.js';
import { TelephonyPort } from '../telephony-port.js';
import { DialIntents } from './dial-intent.js';
import { DialResults } from './dial-results.js';
import { PlaceCallCommand, type PlaceCallReport } from './place-call.command.js';

/** The request leaves at most this long after the commit of the intent or after its slot, or not at all. */
const LATEST_SEND_MS = 2_000;

/**
 * Intent first, then the carrier: the request is sent only after the COMMIT of `dialing` was acknowledged, and only by
 * this process. A crash before the COMMIT leaves `claimed`; a crash after it leaves `dialing`, which recovery treats as
 * unknown and never sends again. A worker frozen in between sees by its own monotonic clock that it is too late.
 */
@CommandHandler(PlaceCallCommand)
export class PlaceCallHandler implements ICommandHandler<PlaceCallCommand> {
  constructor(
    private readonly intents: DialIntents,
    private readonly results: DialResults,
    private readonly port: TelephonyPort,
    private readonly stopwatch: Stopwatch,
  ) {}

  async execute({ attemptId }: PlaceCallCommand): Promise<PlaceCallReport> {
    const intent = await this.intents.commit(attemptId);
    if (intent.kind !== 'dial') return intent;
    const slotAt = intent.stampedAt + intent.slotInMs;
    const slotInMs = slotAt - this.stopwatch.now();
    if (slotInMs > 0) await this.stopwatch.wait(slotInMs);
    if (this.stopwatch.now() - slotAt > LATEST_SEND_MS) {
      return { kind: 'requeued', waitMs: (await this.results.missed(attemptId, intent.offer)) ?? 0 };
    }
    const result = await this.port.place(intent.request);
    const waitMs = await this.results.record(attemptId, intent.offer, result);
    return waitMs === null ? { kind: 'offered', result: result.kind } : { kind: 'requeued', waitMs };
  }
}
