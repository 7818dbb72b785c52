import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Call attempts, what the carrier told of them, dial slots and the carrier circuit; interviews and answers. */
export class Calls1763856000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE call_attempts (
        id uuid PRIMARY KEY,
        contact_id uuid NOT NULL REFERENCES contacts (id),
        campaign_id uuid NOT NULL REFERENCES campaigns (id),
        attempt_number integer NOT NULL CHECK (attempt_number >= 1),
        phone_number text NOT NULL,
        caller_id text,
        carrier text NOT NULL,
        provider_call_id text,
        status text NOT NULL DEFAULT 'claimed'
          CHECK (status IN ('claimed', 'dialing', 'ringing', 'in_progress', 'ended')),
        outcome text CHECK (outcome IN ('completed', 'refused', 'partial', 'hung_up', 'no_response', 'machine', 'busy',
          'no_answer', 'callback', 'failed', 'not_placed', 'canceled', 'lost')),
        -- null while the create request is in flight or was never sent.
        dial_result text CHECK (dial_result IN ('accepted', 'unknown')),
        -- What the interview has established before the carrier reports the end of the call.
        interview_result text CHECK (interview_result IN ('completed', 'refused', 'no_response', 'callback', 'machine')),
        -- The carrier's last word while the settlement of an unfinished interview is held back.
        carrier_end text,
        carrier_ended_at timestamptz,
        settle_after timestamptz,
        corrected_from text,
        claimed_by text,
        claimed_at timestamptz NOT NULL,
        not_before timestamptz,
        dialing_at timestamptz,
        dial_slot_at timestamptz,
        answered_at timestamptz,
        ended_at timestamptz,
        last_fact_at timestamptz,
        error_code text,
        -- We asked the carrier to end the call: its end is not the person's doing.
        hang_up_asked_at timestamptz,
        -- How long the phone may ring and the call may last, as the carrier was told.
        ring_seconds integer,
        call_seconds integer,
        offers integer NOT NULL DEFAULT 0,
        empty_lookups integer NOT NULL DEFAULT 0,
        last_lookup_at timestamptz,
        lease_until timestamptz,
        version integer NOT NULL DEFAULT 1,
        UNIQUE (contact_id, attempt_number),
        CHECK ((status = 'ended') = (outcome IS NOT NULL)),
        CHECK ((status = 'ended') = (ended_at IS NOT NULL)),
        CHECK (status <> 'dialing' OR dial_slot_at IS NOT NULL)
      ) WITH (fillfactor = 80);
      -- Partial: a full one would make the binding a key update, which deadlocks with the inserts of call events.
      CREATE UNIQUE INDEX call_attempts_provider_call ON call_attempts (provider_call_id) WHERE provider_call_id IS NOT NULL;
      CREATE UNIQUE INDEX call_attempts_live_contact ON call_attempts (contact_id) WHERE status <> 'ended';
      CREATE UNIQUE INDEX call_attempts_live_number ON call_attempts (phone_number) WHERE status <> 'ended';
      CREATE INDEX call_attempts_live ON call_attempts (campaign_id, status, claimed_at) WHERE status <> 'ended';
      CREATE INDEX call_attempts_claimed ON call_attempts (campaign_id, claimed_at);
      CREATE INDEX call_attempts_lost ON call_attempts (phone_number, ended_at) WHERE outcome = 'lost';

      CREATE TABLE call_events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        attempt_id uuid NOT NULL REFERENCES call_attempts (id) ON DELETE CASCADE,
        provider_call_id text,
        kind text NOT NULL CHECK (kind IN ('signal', 'turn', 'late_call')),
        source text NOT NULL CHECK (source IN ('webhook', 'create', 'lookup')),
        dedupe_key text NOT NULL,
        -- The turn a request asked for; null for signals.
        turn integer,
        payload jsonb NOT NULL,
        received_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX call_events_dedupe ON call_events (attempt_id, dedupe_key);

      CREATE TABLE dial_slots (
        lane text PRIMARY KEY,
        last_slot_at timestamptz NOT NULL
      );
      CREATE TABLE carrier_circuits (
        carrier text PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('closed', 'open')),
        reason text,
        opened_at timestamptz,
        probe_at timestamptz,
        version integer NOT NULL DEFAULT 0
      );

      CREATE TABLE interviews (
        id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL REFERENCES campaigns (id),
        contact_id uuid NOT NULL REFERENCES contacts (id),
        survey_id uuid NOT NULL REFERENCES surveys (id),
        attempt_id uuid REFERENCES call_attempts (id) ON DELETE SET NULL,
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'completed', 'refused')),
        progress jsonb NOT NULL,
        consented_at timestamptz,
        refusal jsonb,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        superseded_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        CHECK ((status = 'open') = (finished_at IS NULL)),
        CHECK ((status = 'refused') = (refusal IS NOT NULL))
      );
      CREATE UNIQUE INDEX interviews_current ON interviews (contact_id) WHERE superseded_at IS NULL;
      CREATE INDEX interviews_attempt ON interviews (attempt_id) WHERE attempt_id IS NOT NULL;
      CREATE INDEX interviews_campaign ON interviews (campaign_id, status) WHERE superseded_at IS NULL;

      CREATE TABLE answers (
        id uuid PRIMARY KEY,
        interview_id uuid NOT NULL REFERENCES interviews (id),
        campaign_id uuid NOT NULL REFERENCES campaigns (id),
        question_key text NOT NULL,
        question_type text NOT NULL,
        value jsonb NOT NULL,
        input_mode text NOT NULL CHECK (input_mode IN ('dtmf', 'speech')),
        raw_input text NOT NULL,
        attempt_id uuid REFERENCES call_attempts (id) ON DELETE SET NULL,
        answered_at timestamptz NOT NULL,
        UNIQUE (interview_id, question_key)
      );
      CREATE INDEX answers_campaign ON answers (campaign_id, question_key);
      CREATE INDEX answers_attempt ON answers (attempt_id) WHERE attempt_id IS NOT NULL;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE answers, interviews, carrier_circuits, dial_slots, call_events, call_attempts`,
    );
  }
}
