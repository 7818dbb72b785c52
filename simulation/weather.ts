import type { Fault } from './faults.js';
import type { Interference } from './operators.js';
import type { World } from './world.js';

/** What befalls whole processes, the server and the carrier, and how often of a hundred. */
const KINDS: Partial<Record<Fault, number>> = {
  crash: 18,
  'half-open': 6,
  freeze: 22,
  shutdown: 6,
  'database-outage': 7,
  'carrier-outage': 7,
  configuration: 4,
  pause: 8,
  stop: 5,
  limits: 6,
  suppression: 8,
  lifting: 4,
  policy: 6,
  withdrawal: 4,
};

/** Trouble that comes on its own, mostly while calls are under way: that is when it can do harm. */
export class Weather {
  constructor(private readonly world: World) {}

  begin(): void {
    const { agenda, chance, exchange, faults, operators } = this.world;
    faults.worstMoment = (call) => operators.forbid(call);
    const next = () => {
      const busy = exchange.live().length > 0;
      agenda.in(busy ? chance.between(1_000, 15_000) : chance.between(1_200_000, 10_800_000), strike);
    };
    const strike = async () => {
      if (!this.world.faults.active) return;
      const kind = chance.weighted(KINDS as Record<Fault, number>);
      if (this.world.faults.has(kind) && (await this.happen(kind))) this.world.faults.count(kind);
      next();
    };
    next();
  }

  /** False when there was nothing that it could happen to. */
  private async happen(kind: Fault): Promise<boolean> {
    const { chance, agenda, exchange, operators, database } = this.world;
    const worker = chance.pick(this.world.workers);
    switch (kind) {
      case 'crash':
      case 'half-open':
        if (worker.life.ended) return false;
        worker.crash(kind === 'half-open');
        return true;
      case 'freeze':
        if (worker.life.ended) return false;
        // Some wake up in time, some long after everybody has stopped waiting for them.
        worker.freeze(chance.happens(0.5) ? chance.between(500, 6_000) : chance.between(6_000, 400_000));
        return true;
      case 'shutdown':
        if (worker.life.ended) return false;
        worker.shutDown();
        return true;
      case 'database-outage':
        if (database.isDown) return false;
        agenda.in(0, () => database.stop());
        agenda.in(chance.between(500, 25_000), () => database.restart());
        return true;
      case 'carrier-outage':
        if (exchange.isDown) return false;
        exchange.isDown = true;
        agenda.in(chance.between(5_000, 600_000), () => void (exchange.isDown = false));
        return true;
      case 'configuration':
        if (exchange.isSuspended) return false;
        exchange.isSuspended = true;
        agenda.in(chance.between(5_000, 300_000), () => void (exchange.isSuspended = false));
        return true;
      default:
        return operators.interfere(kind as Interference);
    }
  }
}
