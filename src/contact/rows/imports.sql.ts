import type { Tx } from '../../shared/db/tx.js';
import type { CsvDialect, ImportKind } from '../domain/csv-dialect.js';
import type { LineProblem } from '../domain/import-record.js';

/** Line problems that are kept: one more than is shown, which tells that there were more. */
export const ERRORS_SHOWN = 1_000;

/** An import under a lease: only the holder of the token moves it on. */
export interface LeasedImport {
  id: string;
  campaignId: string | null;
  kind: ImportKind;
  dryRun: boolean;
  dialect: CsvDialect;
  /** Records dealt with by committed batches. */
  total: number;
  leaseToken: string;
}

export interface BatchCounts {
  accepted: number;
  rejected: number;
  duplicates: number;
}

type Statement = Pick<Tx, 'rows' | 'row'>;

/** The oldest import that nobody works on. A dry run stored nothing, so it begins again instead of going on. */
export function leaseNextImport(
  database: Statement,
  lease: { token: string; at: Date; until: Date },
): Promise<LeasedImport | undefined> {
  return database.row<LeasedImport>(
    `WITH next AS MATERIALIZED (
       SELECT id FROM imports
        WHERE status IN ('queued', 'running') AND file_bytes > 0 AND (lease_until IS NULL OR lease_until < $2)
        ORDER BY created_at, id
        LIMIT 1
          FOR UPDATE SKIP LOCKED),
     begun_again AS (
       DELETE FROM import_errors e USING next, imports i WHERE i.id = next.id AND i.dry_run AND e.import_id = i.id)
     UPDATE imports i
        SET status = 'running', lease_token = $1, lease_until = $3,
            total = CASE WHEN i.dry_run THEN 0 ELSE i.total END,
            accepted = CASE WHEN i.dry_run THEN 0 ELSE i.accepted END,
            rejected = CASE WHEN i.dry_run THEN 0 ELSE i.rejected END,
            duplicates = CASE WHEN i.dry_run THEN 0 ELSE i.duplicates END
       FROM next
      WHERE i.id = next.id
     RETURNING i.id, i.campaign_id AS "campaignId", i.kind, i.dry_run AS "dryRun", i.dialect, i.total,
               i.lease_token AS "leaseToken"`,
    [lease.token, lease.at, lease.until],
  );
}

export async function readChunk(
  database: Statement,
  importId: string,
  ordinal: number,
): Promise<Uint8Array | undefined> {
  const row = await database.row<{ bytes: Buffer }>(
    `SELECT bytes FROM import_chunks WHERE import_id = $1 AND ordinal = $2`,
    [importId, ordinal],
  );
  return row?.bytes;
}

/**
 * Counts a batch, in the transaction that stored it. False when the lease is another's, or another batch was counted
 * since: the caller rolls everything back.
 */
export async function advanceImportIfLeased(
  tx: Tx,
  work: Pick<LeasedImport, 'id' | 'leaseToken' | 'total'>,
  batch: BatchCounts,
  leaseUntil: Date,
): Promise<boolean> {
  const changed = await tx.execute(
    `UPDATE imports
        SET total = total + $4, accepted = accepted + $5, rejected = rejected + $6, duplicates = duplicates + $7,
            lease_until = $8
      WHERE id = $1 AND lease_token = $2 AND total = $3 AND status = 'running'`,
    [
      work.id,
      work.leaseToken,
      work.total,
      batch.accepted + batch.rejected + batch.duplicates,
      batch.accepted,
      batch.rejected,
      batch.duplicates,
      leaseUntil,
    ],
  );
  return changed === 1;
}

/** Keeps the first ones of the file; called while the import's row is locked. */
export async function recordLineProblems(tx: Tx, importId: string, problems: LineProblem[]): Promise<void> {
  if (problems.length === 0) return;
  await tx.execute(
    `INSERT INTO import_errors (import_id, line, ordinal, field, code, message)
     SELECT $1, p.line, row_number() OVER (PARTITION BY p.line ORDER BY p.place), p.field, p.code, p.message
       FROM unnest($2::int[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY
         AS p(line, field, code, message, place)
      ORDER BY p.place
      LIMIT greatest(0, $6 - (SELECT count(*) FROM import_errors WHERE import_id = $1))`,
    [
      importId,
      problems.map((problem) => problem.line),
      problems.map((problem) => problem.field),
      problems.map((problem) => problem.code),
      problems.map((problem) => problem.message),
      ERRORS_SHOWN + 1,
    ],
  );
}

export interface EndedImport extends BatchCounts {
  version: number;
}

/** The end of an import; the file's bytes go with it. Undefined when the lease is another's. */
export async function endImportIfLeased(
  tx: Tx,
  work: Pick<LeasedImport, 'id' | 'leaseToken'>,
  end: { status: 'completed' | 'failed'; failure: string | null; at: Date },
): Promise<EndedImport | undefined> {
  const ended = await tx.row<EndedImport>(
    `UPDATE imports
        SET status = $3, failure = $4, finished_at = $5, lease_token = NULL, lease_until = NULL, version = version + 1
      WHERE id = $1 AND lease_token = $2 AND status = 'running'
     RETURNING version, accepted, rejected, duplicates`,
    [work.id, work.leaseToken, end.status, end.failure, end.at],
  );
  if (ended) await tx.execute(`DELETE FROM import_chunks WHERE import_id = $1`, [work.id]);
  return ended;
}

/** A worker that stops lets the next one go on at once. */
export function giveBackLease(
  database: Statement,
  work: Pick<LeasedImport, 'id' | 'leaseToken'>,
): Promise<unknown> {
  return database.rows(
    `UPDATE imports SET lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2`,
    [work.id, work.leaseToken],
  );
}
