import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The people of a campaign, the numbers that may never be called, and imports. */
export class Contacts1763856000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE imports (
        id uuid PRIMARY KEY,
        campaign_id uuid REFERENCES campaigns (id),
        kind text NOT NULL CHECK (kind IN ('contacts', 'suppressions')),
        status text NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed')),
        dry_run boolean NOT NULL DEFAULT false,
        file_name text,
        file_bytes bigint NOT NULL DEFAULT 0,
        dialect jsonb NOT NULL,
        -- Records dealt with so far; a restarted worker continues after them.
        total integer NOT NULL DEFAULT 0,
        accepted integer NOT NULL DEFAULT 0,
        rejected integer NOT NULL DEFAULT 0,
        duplicates integer NOT NULL DEFAULT 0,
        failure text,
        lease_token text,
        lease_until timestamptz,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL,
        finished_at timestamptz,
        CHECK (kind <> 'contacts' OR campaign_id IS NOT NULL)
      );
      CREATE INDEX imports_unfinished ON imports (created_at, id) WHERE status IN ('queued', 'running');
      -- The uploaded bytes, kept until the import has ended: an accepted upload survives any crash.
      CREATE TABLE import_chunks (
        import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        ordinal integer NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (import_id, ordinal)
      );
      -- Read once and thrown away: compressing it would cost more than it saves.
      ALTER TABLE import_chunks ALTER bytes SET STORAGE EXTERNAL;
      CREATE TABLE import_errors (
        import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
        line integer NOT NULL,
        ordinal integer NOT NULL,
        field text NOT NULL,
        code text NOT NULL,
        message text NOT NULL,
        PRIMARY KEY (import_id, line, ordinal)
      );

      CREATE TABLE contacts (
        id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL REFERENCES campaigns (id),
        phone_number text NOT NULL CHECK (phone_number ~ '^[+][1-9][0-9]{6,14}$'),
        name text,
        external_id text,
        language text,
        timezone text,
        -- The zone of the number's country where that country has exactly one.
        number_timezone text,
        attributes jsonb NOT NULL DEFAULT '{}',
        state text NOT NULL DEFAULT 'pending'
          CHECK (state IN ('pending', 'in_progress', 'completed', 'refused', 'not_reached')),
        disposition text,
        attempts_count integer NOT NULL DEFAULT 0 CHECK (attempts_count >= 0),
        last_attempt_at timestamptz,
        next_attempt_at timestamptz,
        -- The instant the contact was due when its calling window was shut; a changed policy starts again from it.
        deferred_from timestamptz,
        -- The state before the live attempt was claimed; an attempt never offered to the carrier gives it back.
        state_before_claim text CHECK (state_before_claim IN ('pending', 'not_reached')),
        is_test boolean NOT NULL DEFAULT false,
        import_id uuid REFERENCES imports (id),
        version integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        CHECK ((state = 'in_progress') = (state_before_claim IS NOT NULL)),
        CHECK (state NOT IN ('in_progress', 'completed', 'refused') OR next_attempt_at IS NULL),
        CHECK (state <> 'pending' OR next_attempt_at IS NOT NULL)
      ) WITH (fillfactor = 80);
      CREATE UNIQUE INDEX contacts_number ON contacts (campaign_id, phone_number) WHERE NOT is_test;
      -- The claim's index: only open contacts, in the order in which they are due.
      CREATE INDEX contacts_due ON contacts (campaign_id, next_attempt_at, id)
        WHERE state IN ('pending', 'not_reached') AND next_attempt_at IS NOT NULL;
      CREATE INDEX contacts_in_progress ON contacts (campaign_id, id) WHERE state = 'in_progress';
      CREATE INDEX contacts_phone_number ON contacts (phone_number);
      CREATE INDEX contacts_listing ON contacts (campaign_id, id);
      CREATE INDEX contacts_deferred ON contacts (campaign_id, id) WHERE deferred_from IS NOT NULL;

      CREATE TABLE suppressions (
        id uuid PRIMARY KEY,
        phone_number text NOT NULL UNIQUE,
        reason text NOT NULL,
        source text NOT NULL CHECK (source IN ('opt_out', 'operator', 'import')),
        campaign_id uuid,
        contact_id uuid,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX suppressions_listing ON suppressions (created_at DESC, id DESC);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE suppressions, contacts, import_errors, import_chunks, imports`);
  }
}
