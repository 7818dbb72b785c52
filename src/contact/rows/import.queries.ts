import type { Tx } from '../../shared/db/tx.js';
import type { ImportKind } from '../domain/csv-dialect.js';
import type { LineProblem } from '../domain/import-record.js';
import { ERRORS_SHOWN } from './imports.sql.js';

/** An import as the API shows it. */
export interface ImportView {
  id: string;
  campaignId: string | null;
  kind: ImportKind;
  status: 'queued' | 'running' | 'completed' | 'failed';
  dryRun: boolean;
  fileName: string | null;
  total: number;
  accepted: number;
  rejected: number;
  duplicates: number;
  failure: string | null;
  errors: LineProblem[];
  errorsTruncated: boolean;
  createdAt: Date;
  finishedAt: Date | null;
}

/** The errors in the order of their lines. */
export async function readImportView(
  reader: Pick<Tx, 'rows' | 'row'>,
  importId: string,
): Promise<ImportView | undefined> {
  const row = await reader.row<Omit<ImportView, 'errors' | 'errorsTruncated'>>(
    `SELECT id, campaign_id AS "campaignId", kind, status, dry_run AS "dryRun", file_name AS "fileName", total,
            accepted, rejected, duplicates, failure, created_at AS "createdAt", finished_at AS "finishedAt"
       FROM imports
      WHERE id = $1 AND file_bytes > 0`,
    [importId],
  );
  if (!row) return undefined;
  const errors = await reader.rows<LineProblem>(
    `SELECT line, field, code, message FROM import_errors WHERE import_id = $1 ORDER BY line, ordinal`,
    [importId],
  );
  return { ...row, errors: errors.slice(0, ERRORS_SHOWN), errorsTruncated: errors.length > ERRORS_SHOWN };
}
