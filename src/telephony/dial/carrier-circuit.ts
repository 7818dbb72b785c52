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
 * nobody's attempt counts. A caller id the carrier refuses has a circuit of its own, so that one campaign's mistake does
 * not stop the others. One worker at a time probes; the account's circuit closes when the carrier answers, a caller
 * id's when its time is over, and the next dial shows whether it has been mended.
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

  async open(tx: Tx, trouble: { callerId: string | null; reason: string; at: Date }): Promise<void> {
    const { callerId, reason, at } = trouble;
    const circuit = callerId === null ? this.identity.carrier : `${this.identity.carrier} ${callerId}`;
    const probeAt = new Date(at.getTime() + this.environment.CIRCUIT_PROBE_MS);
    const opened = await tx.row<{ version: number }>(
      `INSERT INTO carrier_circuits AS c (carrier, state, reason, opened_at, probe_at, version) VALUES ($1, 'open', $2, $3, $4, 1)
       ON CONFLICT (carrier) DO UPDATE SET state = 'open', reason = $2, opened_at = $3, probe_at = $4, version = c.version + 1
         WHERE c.state = 'closed'
       RETURNING version`,
      [circuit, reason, at, probeAt],
    );
    if (opened === undefined) return;
    await appendEvents(tx, [
      CircuitOpened.of({ entityId: circuit, version: opened.version, at }, { reason }),
    ]);
  }

  /** Probes what is due; returns the circuits that were closed by it. */
  async probe(): Promise<string[]> {
    const { carrier } = this.identity;
    const at = await this.clock.now();
    const due = await this.database.rows<{ circuit: string; openedAt: Date }>(
      `UPDATE carrier_circuits SET probe_at = $2 WHERE (carrier = $1 OR carrier LIKE $1 || ' %') AND state = 'open' AND probe_at <= $3
       RETURNING carrier AS circuit, opened_at AS "openedAt"`,
      [carrier, new Date(at.getTime() + this.environment.CIRCUIT_PROBE_MS), at],
    );
    const closed: string[] = [];
    for (const { circuit, openedAt } of due) {
      if (circuit === carrier && !(await this.answers(at))) continue;
      if (await this.close(circuit, openedAt)) closed.push(circuit);
    }
    return closed;
  }

  private async answers(at: Date): Promise<boolean> {
    const caller = this.identity.defaultCallerId ?? '+15005550006';
    const answer = await this.port.find({ to: caller, from: caller, createdSince: at });
    return answer.kind === 'found';
  }

  private async close(circuit: string, openedAt: Date): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const closed = await tx.row<{ version: number }>(
        `UPDATE carrier_circuits SET state = 'closed', reason = NULL, probe_at = NULL, version = version + 1
          WHERE carrier = $1 AND state = 'open' AND opened_at = $2 RETURNING version`,
        [circuit, openedAt],
      );
      if (closed === undefined) return false;
      const at = await this.clock.now(tx);
      await appendEvents(tx, [CircuitClosed.of({ entityId: circuit, version: closed.version, at }, {})]);
      return true;
    });
  }
}
