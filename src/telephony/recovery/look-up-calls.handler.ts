import { Logger } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import { Environment } from '../../shared/environment/environment.js';
import { CarrierIdentity } from '../contracts/call-attempt.js';
import { CarrierCircuit } from '../dial/carrier-circuit.js';
import { LookUps } from './look-ups.js';
import { LookUpCallsCommand } from './recover-calls.command.js';
import { CARRIERS, leaseStranded } from './stranded-attempts.js';

const AT_ONCE = 8;

/** Leased rows, so that N workers do not ask the carrier N times; one look-up that fails does not stop the others. */
@CommandHandler(LookUpCallsCommand)
export class LookUpCallsHandler implements ICommandHandler<LookUpCallsCommand> {
  private readonly log = new Logger('LookUps');

  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly environment: Environment,
    private readonly identity: CarrierIdentity,
    private readonly lookUps: LookUps,
    private readonly circuit: CarrierCircuit,
  ) {}

  async execute(): Promise<void> {
    await this.circuit.probe();
    const at = await this.clock.now();
    // No more than are asked at once: the lease must outlive the question.
    const stranded = await leaseStranded(
      this.database,
      this.identity.carrier,
      at,
      this.environment,
      CARRIERS,
      AT_ONCE,
    );
    const asked = stranded.map((one) => {
      if (one.kind === 'unbound') return this.lookUps.findUnbound(one);
      return one.kind === 'unwanted' ? this.lookUps.endUnwanted(one) : this.lookUps.askSilent(one);
    });
    for (const result of await Promise.allSettled(asked)) {
      if (result.status === 'rejected') this.log.error(result.reason);
    }
  }
}
