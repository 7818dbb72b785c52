import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A number may stand twice on the do-not-call list: entered by an operator or a file, and by the person's own no. Lifting
 * one of the two leaves the other in force.
 */
export class OwnNo1763856000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNIQUE INDEX suppressions_number ON suppressions (phone_number, (source = 'opt_out'));
      ALTER TABLE suppressions DROP CONSTRAINT suppressions_phone_number_key;`);
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
