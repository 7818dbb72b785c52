import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The state tables of contacts and call attempts, mirrored in SQL: a hand-written UPDATE cannot take an illegal step,
 * and a reset of the calls (all attempts deleted, contacts back to `pending`) is possible and leaves its event.
 */
export class StateGuards1763856000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION guard_contact() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        reset boolean := NEW.state = 'pending' AND NEW.attempts_count = 0
          AND (OLD.state, OLD.attempts_count) IS DISTINCT FROM (NEW.state, NEW.attempts_count);
      BEGIN
        IF reset THEN
          IF EXISTS (SELECT 1 FROM call_attempts WHERE contact_id = NEW.id) THEN
            RAISE EXCEPTION 'contact % goes back to pending only when none of its attempts is left', NEW.id
              USING ERRCODE = 'integrity_constraint_violation';
          END IF;
          NEW.disposition := NULL;
          NEW.state_before_claim := NULL;
          NEW.deferred_from := NULL;
          NEW.last_attempt_at := NULL;
          -- The old appointment is gone: due since the contact exists, that is, at once.
          NEW.next_attempt_at := NEW.created_at;
          NEW.version := OLD.version + 1;
          UPDATE interviews SET superseded_at = clock_timestamp(), attempt_id = NULL
           WHERE contact_id = NEW.id AND superseded_at IS NULL;
          INSERT INTO domain_events (type, entity_kind, entity_id, entity_version, campaign_id, contact_id, payload, occurred_at)
          VALUES ('contact.reset.v1', 'contact', NEW.id::text, NEW.version, NEW.campaign_id, NEW.id,
                  jsonb_build_object('from', OLD.state, 'attempts', OLD.attempts_count), clock_timestamp());
        ELSIF NEW.state <> OLD.state AND NOT (
             (OLD.state = 'pending' AND NEW.state IN ('in_progress', 'not_reached'))
          OR (OLD.state = 'in_progress' AND NEW.state IN ('completed', 'refused', 'not_reached'))
          OR (OLD.state = 'in_progress' AND NEW.state = 'pending' AND OLD.state_before_claim = 'pending')
          OR (OLD.state = 'not_reached' AND NEW.state IN ('completed', 'refused'))
          OR (OLD.state = 'not_reached' AND NEW.state = 'in_progress' AND OLD.next_attempt_at IS NOT NULL)) THEN
          RAISE EXCEPTION 'a contact cannot go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER contacts_guard BEFORE UPDATE ON contacts FOR EACH ROW EXECUTE FUNCTION guard_contact();

      CREATE FUNCTION call_rank(status text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
        SELECT array_position(ARRAY['claimed', 'dialing', 'ringing', 'in_progress', 'ended'], status)
      $$;
      CREATE FUNCTION guard_call_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF OLD.status = 'ended' THEN
          IF NEW.status <> 'ended' OR (NEW.outcome <> OLD.outcome AND NOT (OLD.corrected_from IS NULL
               AND OLD.outcome IN ('hung_up', 'partial', 'no_response', 'lost')
               AND NEW.outcome IN ('completed', 'refused') AND NEW.corrected_from = OLD.outcome)) THEN
            RAISE EXCEPTION 'an ended attempt stays as it ended (% -> %)', OLD.outcome, NEW.outcome
              USING ERRCODE = 'integrity_constraint_violation';
          END IF;
        ELSIF call_rank(NEW.status) < call_rank(OLD.status)
          AND NOT (OLD.status = 'dialing' AND NEW.status = 'claimed' AND OLD.dial_result IS NULL) THEN
          RAISE EXCEPTION 'a call attempt cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.provider_call_id IS NOT NULL AND NEW.provider_call_id IS DISTINCT FROM OLD.provider_call_id THEN
          RAISE EXCEPTION 'an attempt stays bound to its call' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER call_attempts_guard BEFORE UPDATE ON call_attempts FOR EACH ROW EXECUTE FUNCTION guard_call_attempt();`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER contacts_guard ON contacts; DROP TRIGGER call_attempts_guard ON call_attempts;
      DROP FUNCTION guard_contact(), guard_call_attempt(), call_rank(text);`);
  }
}
