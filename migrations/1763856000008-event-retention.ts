import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The mark before which events may have been deleted, and who is deleting. */
export class EventRetention1763856000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE event_sequence
        -- From this position on the log is whole; before it only parked events are left.
        ADD COLUMN retained_from_position bigint NOT NULL DEFAULT 1,
        ADD COLUMN purge_token text,
        ADD COLUMN purge_until timestamptz,
        ADD CHECK (retained_from_position BETWEEN 1 AND last_position + 1);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE event_sequence
        DROP COLUMN retained_from_position, DROP COLUMN purge_token, DROP COLUMN purge_until;`);
  }
}
