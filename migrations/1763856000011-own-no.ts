import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A number may stand twice on the do-not-call list: entered by an operator or a file, and by the person's own no. Lifting
 * one of the two leaves the other in force.
 */
export class OwnNo1763856000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNIQUE INDEX suppressions_number ON suppressions (phone_number, (source = 'opt_out'));
      ALTER TABLE suppressions DROP CONSTRAINT suppressions_phone_number_key;
      -- Who had pressed the key while an entry stood already was given none of their own.
      WITH own AS (
        INSERT INTO suppressions (id, phone_number, reason, source, campaign_id, contact_id, created_at)
        SELECT DISTINCT ON (c.phone_number) gen_random_uuid(), c.phone_number, 'asked never to be called again', 'opt_out',
               c.campaign_id, c.id, now()
          FROM contacts c JOIN suppressions s ON s.phone_number = c.phone_number
         WHERE c.disposition = 'opted_out'
           AND NOT EXISTS (SELECT FROM suppressions o WHERE o.phone_number = c.phone_number AND o.source = 'opt_out')
         ORDER BY c.phone_number, c.id
        RETURNING *)
      INSERT INTO domain_events (type, entity_kind, entity_id, entity_version, campaign_id, contact_id, payload, occurred_at)
      SELECT 'suppression.added.v1', 'suppression', id::text, 1, campaign_id, contact_id,
             jsonb_build_object('source', source, 'reason', reason), created_at
        FROM own ORDER BY phone_number;`);
  }

  /** Of two entries for a number the person's own stays. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM suppressions s USING suppressions own
       WHERE own.phone_number = s.phone_number AND own.source = 'opt_out' AND s.source <> 'opt_out';
      ALTER TABLE suppressions ADD CONSTRAINT suppressions_phone_number_key UNIQUE (phone_number);
      DROP INDEX suppressions_number;`);
  }
}
