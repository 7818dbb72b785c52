import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The event log, its sequencer's mark and the cursors of its subscribers. */
export class EventLog1763856000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE domain_events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        position bigint UNIQUE,
        type text NOT NULL CHECK (type ~ '^[a-z]+[.][a-z_]+[.]v[0-9]+$'),
        entity_kind text NOT NULL,
        entity_id text NOT NULL,
        entity_version integer NOT NULL,
        campaign_id uuid,
        contact_id uuid,
        attempt_id uuid,
        payload jsonb NOT NULL,
        occurred_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX domain_events_entity ON domain_events (entity_id, entity_kind, entity_version);
      CREATE INDEX domain_events_contact ON domain_events (contact_id, id) WHERE contact_id IS NOT NULL;
      CREATE INDEX domain_events_campaign ON domain_events (campaign_id, position) WHERE campaign_id IS NOT NULL;
      -- What the sequencer has still to number: small whatever the size of the log.
      CREATE INDEX domain_events_unsequenced ON domain_events (id) WHERE position IS NULL;

      CREATE TABLE event_sequence (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        last_position bigint NOT NULL
      );
      INSERT INTO event_sequence (last_position) VALUES (0);

      CREATE TABLE subscriber_cursors (
        subscriber text PRIMARY KEY,
        position bigint NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        last_error text,
        retry_at timestamptz,
        lease_token text,
        lease_until timestamptz
      );
      CREATE TABLE parked_events (
        subscriber text NOT NULL,
        position bigint NOT NULL,
        type text NOT NULL,
        error text NOT NULL,
        parked_at timestamptz NOT NULL,
        PRIMARY KEY (subscriber, position)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE parked_events, subscriber_cursors, event_sequence, domain_events`);
  }
}
