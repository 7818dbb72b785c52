import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import type { Tx } from '../../shared/db/tx.js';
import { Environment } from '../../shared/environment/environment.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { CarrierIdentity } from '../contracts/call-attempt.js';
import { CircuitClosed, CircuitOpened } from '../contracts/events.js';
import { TelephonyPort } from '../telephony-port.js';

/**
 * Open while our account with the carrier is unusable or the carrier cannot be reached: nobody is claimed or dialled,
 * nobody's attempt counts. One worker at a time probes; a probe that is answered closes it.
 */
@Injectable()
export class CarrierCircuit {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly identity: CarrierIdentity,
    private readonly environment: Environment,
    private readonly port: TelephonyPort,
  ) {}

  async open(tx: Tx, reason: string, at: Date): Promise<void> {
    const probeAt = new Date(at.getTime() + this.environment.CIRCUIT_PROBE_MS);
    const opened = await tx.row<{ version: number }>(
      `INSERT INTO carrier_circuits AS c (carrier, state, reason, opened_at, probe_at, version) VALUES ($1, 'open', $2, $3, $4, 1)
       ON CONFLICT (carrier) DO UPDATE SET state = 'open', reason = $2, opened_at = $3, probe_at = $4, version = c.version + 1
         WHERE c.state = 'closed'
       RETURNING version`,
      [this.identity.carrier, reason, at, probeAt],
    );
    if (opened === undefined) return;
    await appendEvents(tx, [
      CircuitOpened.of({ entityId: this.identity.carrier, version: opened.version, at }, { reason }),
    ]);
  }

  /** Probes when it is time; true when the circuit was closed by it. */
  async probe(): Promise<boolean> {
    const at = await this.clock.now();
    const due = await this.database.row<{ openedAt: Date }>(
      `UPDATE carrier_circuits SET probe_at = $2 WHERE carrier = $1 AND state = 'open' AND probe_at <= $3
       RETURNING opened_at AS "openedAt"`,
      [this.identity.carrier, new Date(at.getTime() + this.environment.CIRCUIT_PROBE_MS), at],
    );
    if (due === undefined) return false;
    const caller = this.identity.defaultCallerId ?? '+15005550006';
    const answer = await this.port.find({ to: caller, from: caller, createdSince: at });
    if (answer.kind === 'unavailable') return false;
    return this.database.transaction(async (tx) => {
      const closed = await tx.row<{ version: number }>(
        `UPDATE carrier_circuits SET state = 'closed', reason = NULL, probe_at = NULL, version = version + 1
          WHERE carrier = $1 AND state = 'open' AND opened_at = $2 RETURNING version`,
        [this.identity.carrier, due.openedAt],
      );
      if (closed === undefined) return false;
      const now = await this.clock.now(tx);
      await appendEvents(tx, [
        CircuitClosed.of({ entityId: this.identity.carrier, version: closed.version, at: now }, {}),
      ]);
      return true;
    });
  }
}
