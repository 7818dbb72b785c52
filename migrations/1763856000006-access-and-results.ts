import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API keys, idempotency keys, and the running totals that a subscriber keeps for the metrics. */
export class AccessAndResults1763856000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE api_keys (
        id uuid PRIMARY KEY,
        name text NOT NULL UNIQUE,
        -- First characters of the key, to recognise it by; the key itself is never stored.
        prefix text NOT NULL,
        key_hash text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL,
        revoked_at timestamptz
      );
      CREATE TABLE idempotency_keys (
        api_key_id uuid NOT NULL REFERENCES api_keys (id),
        key text NOT NULL,
        request_hash text NOT NULL,
        status integer,
        response jsonb,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (api_key_id, key)
      );
      CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
      -- Ended calls by outcome since the log began; position makes the count idempotent.
      CREATE TABLE outcome_totals (
        campaign_id uuid NOT NULL,
        outcome text NOT NULL,
        calls bigint NOT NULL,
        last_position bigint NOT NULL,
        PRIMARY KEY (campaign_id, outcome)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE outcome_totals, idempotency_keys, api_keys`);
  }
}
