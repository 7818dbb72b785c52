import { Exchange } from './call/exchange.js';
import { Switchboard } from './call/switchboard.js';
import { Faults, readFaultRules, type FaultRule } from './faults.js';
import { summaryOf, type CallSummary } from './ledger/call.js';
import type { LedgerEntry } from './ledger/entry.js';
import { Ledger } from './ledger/ledger.js';
import { Pace } from './pace.js';
import { readPeople } from './phone/people.js';
import type { PeopleConfig } from './phone/person.js';
import { CallsRoutes } from './rest/calls-routes.js';
import type { Credentials } from './rest/credentials.js';
import { buildServer } from './rest/server.js';
import { SimulatorRoutes } from './rest/simulator-routes.js';
import { WebhookClient } from './webhooks/webhook-client.js';

export interface CarrierOptions extends Credentials {
  /** Absent: 127.0.0.1. */
  readonly host?: string;
  /** Absent or 0: any free port. */
  readonly port?: number;
  /** Absent: a temporary file that goes with the carrier. */
  readonly ledgerPath?: string;
  /** How many seconds of the story pass in a real one; 1 by default. Timestamps stay wall clock. */
  readonly speed?: number;
  readonly seed?: string;
  /** Who answers. People set over HTTP during an earlier run with the same ledger go before these. */
  readonly people?: PeopleConfig;
  /** Calls dialled per second; the excess waits. Absent: no limit. */
  readonly callsPerSecond?: number;
  readonly faults?: readonly FaultRule[];
}

export type CarrierSummary = ReturnType<SimulatorRoutes['summary']>;

export interface CarrierSimulator {
  /** Replays the ledger, ends what was live in it, listens. Rejects when the port is taken. */
  start(): Promise<{ readonly url: string; readonly port: number }>;
  /** Leaves no timer, request or connection behind. Live calls stay as they are; the next start ends them. */
  stop(): Promise<void>;
  setPeople(people: PeopleConfig): void;
  setFaults(rules: readonly FaultRule[]): void;
  calls(): CallSummary[];
  summary(): CarrierSummary;
  /** Entries of the ledger with a higher `seq`, oldest first. */
  entries(since?: number): Promise<LedgerEntry[]>;
}

/** A Twilio-compatible carrier together with the telephones, and the people, of everybody it calls. */
export function createCarrier(options: CarrierOptions): CarrierSimulator {
  const { speed = 1, seed = 'carrier', host = '127.0.0.1', port = 0 } = options;
  if (!(speed > 0)) throw new RangeError('speed must be above zero');
  readFaultRules(options.faults ?? []);
  readPeople(options.people ?? {});
  let running: ReturnType<typeof assemble> | null = null;
  const current = () => {
    if (!running) throw new Error('the carrier is not running');
    return running;
  };

  function assemble() {
    const ledger = new Ledger(options.ledgerPath);
    const webhooks = new WebhookClient(options.authToken);
    const pace = new Pace(speed);
    const faults = new Faults(seed, options.faults);
    const exchange = new Exchange(options.accountSid, seed, ledger, webhooks, pace, faults);
    const people = ledger.book.people() ?? options.people ?? {};
    const switchboard = new Switchboard(exchange, people, options.callsPerSecond ?? null);
    const simulator = new SimulatorRoutes(exchange, switchboard);
    const server = buildServer(options, exchange, new CallsRoutes(exchange, switchboard), simulator);
    return { ledger, webhooks, pace, exchange, switchboard, simulator, server };
  }

  async function shutDown({
    ledger,
    webhooks,
    pace,
    exchange,
    switchboard,
    server,
  }: ReturnType<typeof assemble>) {
    switchboard.stop();
    pace.stop();
    webhooks.stop();
    await server.close();
    await exchange.idle();
    ledger.close();
  }

  return {
    async start() {
      if (running) throw new Error('the carrier is running already');
      const parts = assemble();
      try {
        const url = await parts.server.listen({ host, port });
        running = parts;
        parts.ledger.record({ type: 'carrier.started', seed, speed });
        parts.switchboard.endOrphans();
        return { url, port: Number(new URL(url).port) };
      } catch (error) {
        await shutDown(parts);
        throw error;
      }
    },
    async stop() {
      const parts = running;
      running = null;
      if (parts) await shutDown(parts);
    },
    setPeople: (people) => current().simulator.setPeople(readPeople(people)),
    setFaults: (rules) => current().simulator.setFaults(readFaultRules(rules)),
    calls: () => current().ledger.book.all().map(summaryOf),
    summary: () => current().simulator.summary(),
    async entries(since = 0) {
      const entries: LedgerEntry[] = [];
      for await (const line of current().ledger.since(since)) entries.push(JSON.parse(line) as LedgerEntry);
      return entries;
    },
  };
}
