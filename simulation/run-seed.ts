import { ServerSessions } from './database/server-sessions.js';
import type { RunOptions, RunReport } from './run-report.js';
import { World } from './world.js';

/** Everything a run writes; emptied before the next one. Never called on a database that was not made for this. */
const TABLES = `answers, interviews, carrier_circuits, dial_slots, call_events, call_attempts, contacts, imports, suppressions,
  surveys, campaigns, settings, domain_events, subscriber_cursors, parked_events`;

/** A database of the simulation's own, migrated, used for one seed after the other. */
export class Laboratory {
  private constructor(private readonly sessions: ServerSessions) {}

  static async open(url: string): Promise<Laboratory> {
    const sessions = await ServerSessions.open(url);
    // Nothing moves behind a run's back: fresh statistics would change plans, and with them the order of rows.
    const { records } = await sessions.watcher.query(
      `SELECT string_agg(format('ALTER TABLE %I SET (autovacuum_enabled = false)', relname), '; ') AS sql
         FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );
    await sessions.watcher.script((records as { sql: string }[])[0]!.sql);
    return new Laboratory(sessions);
  }

  async run(options: RunOptions): Promise<RunReport> {
    await this.sessions.watcher.script(
      `TRUNCATE ${TABLES} RESTART IDENTITY CASCADE; UPDATE event_sequence SET last_position = 0`,
    );
    return new World(options, this.sessions).run();
  }

  async close(): Promise<void> {
    await this.sessions.close();
  }
}
