import type { Tx } from '../../shared/db/tx.js';
import type { CsvDialect, ImportKind } from '../domain/csv-dialect.js';

type Statement = Pick<Tx, 'rows' | 'row'>;

/** An upload begins: leased to the one who receives it, and of no size, so that no worker takes it yet. */
export function insertUpload(
  database: Statement,
  upload: {
    id: string;
    campaignId: string | null;
    kind: ImportKind;
    dryRun: boolean;
    fileName: string | null;
    dialect: CsvDialect;
    at: Date;
    leaseUntil: Date;
  },
): Promise<unknown> {
  return database.rows(
    `INSERT INTO imports (id, campaign_id, kind, status, dry_run, file_name, dialect, lease_until, version, created_at)
     VALUES ($1, $2, $3, 'queued', $4, $5, $6, $7, 0, $8)`,
    [
      upload.id,
      upload.campaignId,
      upload.kind,
      upload.dryRun,
      upload.fileName,
      JSON.stringify(upload.dialect),
      upload.leaseUntil,
      upload.at,
    ],
  );
}

export function appendChunk(
  database: Statement,
  importId: string,
  ordinal: number,
  bytes: Uint8Array,
): Promise<unknown> {
  return database.rows(`INSERT INTO import_chunks (import_id, ordinal, bytes) VALUES ($1, $2, $3)`, [
    importId,
    ordinal,
    bytes,
  ]);
}

/** The upload is whole: any worker may take it now. False when it was given up in the meantime. */
export async function completeUpload(
  database: Statement,
  upload: { id: string; fileBytes: number; dialect: CsvDialect },
): Promise<boolean> {
  const row = await database.row(
    `UPDATE imports SET file_bytes = $2, dialect = $3, lease_until = NULL
      WHERE id = $1 AND file_bytes = 0
     RETURNING id`,
    [upload.id, upload.fileBytes, JSON.stringify(upload.dialect)],
  );
  return row !== undefined;
}

export function discardUpload(database: Statement, importId: string): Promise<unknown> {
  return database.rows(`DELETE FROM imports WHERE id = $1 AND file_bytes = 0`, [importId]);
}

/** Uploads whose receiver died: nobody was told of them. */
export function discardAbandonedUploads(database: Statement, at: Date): Promise<unknown> {
  return database.rows(
    `DELETE FROM imports WHERE status = 'queued' AND file_bytes = 0 AND lease_until < $1`,
    [at],
  );
}
