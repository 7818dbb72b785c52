import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Campaigns, the immutable versions of their surveys, and the global limits. */
export class CampaignsAndSurveys1763856000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE campaigns (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'running', 'paused', 'completed')),
        language text NOT NULL,
        default_timezone text,
        default_region text,
        caller_id text,
        completion text NOT NULL DEFAULT 'auto' CHECK (completion IN ('auto', 'manual')),
        starts_at timestamptz,
        ends_at timestamptz,
        policy jsonb NOT NULL,
        survey_id uuid,
        -- The carrier the campaign was started on: 'simulator' or a Twilio account SID. Never changed once set.
        carrier text,
        -- An operator asked for an early close; the status turns completed when the last live call has ended.
        closing_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        paused_at timestamptz,
        completed_at timestamptz,
        CHECK (status = 'draft' OR (carrier IS NOT NULL AND started_at IS NOT NULL)),
        CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
        CHECK (ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at)
      );
      CREATE INDEX campaigns_running ON campaigns (id) WHERE status = 'running';
      CREATE INDEX campaigns_listing ON campaigns (created_at DESC, id DESC);

      CREATE TABLE surveys (
        id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL REFERENCES campaigns (id),
        version integer NOT NULL,
        language text NOT NULL,
        definition jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        UNIQUE (campaign_id, version)
      );
      ALTER TABLE campaigns ADD FOREIGN KEY (survey_id) REFERENCES surveys (id) DEFERRABLE INITIALLY DEFERRED;

      CREATE TABLE settings (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        max_concurrent_calls integer NOT NULL CHECK (max_concurrent_calls >= 0),
        calls_per_second numeric NOT NULL CHECK (calls_per_second > 0),
        dialling_stopped_at timestamptz,
        dialling_stopped_reason text,
        -- System identifier and timeline of the PostgreSQL that the calls were made on.
        database_identity text,
        version integer NOT NULL DEFAULT 1,
        updated_at timestamptz NOT NULL
      );

      -- A version of a survey is never changed: an edit writes the next version.
      CREATE FUNCTION guard_survey_version() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'a survey version is immutable' USING ERRCODE = 'integrity_constraint_violation';
      END $$;
      CREATE TRIGGER surveys_immutable BEFORE UPDATE ON surveys FOR EACH ROW EXECUTE FUNCTION guard_survey_version();

      CREATE FUNCTION guard_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN
           (('draft', 'running'), ('running', 'paused'), ('paused', 'running'),
            ('running', 'completed'), ('paused', 'completed'), ('completed', 'paused')) THEN
          RAISE EXCEPTION 'a campaign cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.status <> 'draft' AND (NEW.survey_id, NEW.carrier) IS DISTINCT FROM (OLD.survey_id, OLD.carrier) THEN
          RAISE EXCEPTION 'a started campaign keeps its survey and its carrier'
            USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER campaigns_guard BEFORE UPDATE ON campaigns FOR EACH ROW EXECUTE FUNCTION guard_campaign();`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE campaigns DROP COLUMN survey_id;
      DROP TABLE surveys, campaigns, settings;
      DROP FUNCTION guard_survey_version(), guard_campaign();`);
  }
}
