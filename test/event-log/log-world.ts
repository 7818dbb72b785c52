import pg from 'pg';
import type { Database } from '../../src/shared/db/database.js';
import type { Tx } from '../../src/shared/db/tx.js';
import { appendEvents } from '../../src/shared/event-log/append-events.js';
import { defineEvent, type EventType, type LoggedEvent } from '../../src/shared/event-log/domain-event.js';
import type { EventSubscriber, Subscription } from '../../src/shared/event-log/subscribes.js';

export const AT = '2026-11-22T08:00:00.000Z';
/** Two kinds of events, so that a subscriber may want one and not the other. */
export const Noted = defineEvent<{ note: string }>('import.noted.v1');
export const Passed = defineEvent<{ note: string }>('import.passed.v1');

export interface Note {
  entityId: string;
  version?: number;
  at?: Date;
  campaignId?: string;
  type?: EventType<{ note: string }>;
}

export function note(tx: Tx, { entityId, version = 1, at = new Date(AT), campaignId, type = Noted }: Note) {
  return appendEvents(tx, [
    type.of({ entityId, version, at, campaignId: campaignId ?? null }, { note: entityId }),
  ]);
}

/** Commits one event per name, each in a transaction of its own. */
export async function noteAll(db: Database, names: string[], change: Partial<Note> = {}): Promise<void> {
  for (const entityId of names) await db.transaction((tx) => note(tx, { ...change, entityId }));
}

/** Commits `count` events at once, by SQL. */
export async function noteMany(db: Database, count: number, type = Noted, at = AT): Promise<void> {
  await db.transaction(
    (tx) =>
      tx.execute(
        `INSERT INTO domain_events (type, entity_kind, entity_id, entity_version, payload, occurred_at)
       SELECT $2, 'import', gen_random_uuid()::text, 1, '{}', $3 FROM generate_series(1, $1)`,
        [count, type.type, at],
      ),
    { limits: { statementMs: 30_000, transactionMs: 30_000 } },
  );
}

export function subscription(name: string, ...types: EventType<{ note: string }>[]): Subscription {
  return { name, types: (types.length === 0 ? [Noted] : types).map(({ type }) => type) };
}

/** A reaction that keeps what it was given; `before` runs first and may fail or wait. */
export class Notebook implements EventSubscriber {
  readonly seen: LoggedEvent[] = [];

  constructor(private readonly before: (event: LoggedEvent) => Promise<void> | void = () => undefined) {}

  async handle(event: LoggedEvent): Promise<void> {
    await this.before(event);
    this.seen.push(event);
  }

  get names(): string[] {
    return this.seen.map(({ entityId }) => entityId);
  }
}

export interface Cursor {
  position: number;
  failures: number;
  lastError: string | null;
  retryAt: Date | null;
}

export async function cursorOf(db: Database, name: string): Promise<Cursor> {
  const row = await db.row<Cursor & { position: string }>(
    `SELECT position, failures, last_error AS "lastError", retry_at AS "retryAt"
       FROM subscriber_cursors WHERE subscriber = $1`,
    [name],
  );
  return { ...row!, position: Number(row!.position) };
}

/** What stands in the log, by position. */
export function positions(db: Database): Promise<{ name: string; position: number | null }[]> {
  return db.rows(
    `SELECT entity_id AS name, position::float8 AS position FROM domain_events ORDER BY position, id`,
  );
}

/** Something two sides wait for: the one until it is reached, the other until it may go on. */
export class Barrier {
  private arrive!: () => void;
  private open!: () => void;
  readonly reached = new Promise<void>((resolve) => (this.arrive = resolve));
  private readonly passage = new Promise<void>((resolve) => (this.open = resolve));

  async pass(): Promise<void> {
    this.arrive();
    await this.passage;
  }

  release(): void {
    this.open();
  }
}

const connections = new Set<pg.Client>();

/** A connection of its own, for transactions a test holds open. */
export async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  connections.add(client);
  return client;
}

/** After each test: what a failed one left open would hold up the next. */
export async function closeConnections(): Promise<void> {
  for (const client of connections) await client.end();
  connections.clear();
}
