import { Injectable } from '@nestjs/common';
import { ApiDatabase } from '../../shared/db/database.js';

export interface KeptRequest {
  requestHash: string;
  /** null while the first request is under way, or its process died. */
  status: number | null;
  /** The body's JSON text as it was sent; null where there was none. */
  response: string | null;
}

/** `idempotency_keys`. Each statement commits on its own: the key is taken before the command opens its transaction. */
@Injectable()
export class IdempotencyRows {
  constructor(private readonly database: ApiDatabase) {}

  /** True for exactly one of any number of requests at once. */
  async takeIfFree(key: IdempotencyKey, requestHash: string, at: Date): Promise<boolean> {
    const rows = await this.database.rows(
      `INSERT INTO idempotency_keys (api_key_id, key, request_hash, created_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (api_key_id, key) DO NOTHING RETURNING key`,
      [key.apiKeyId, key.key, requestHash, at],
    );
    return rows.length === 1;
  }

  read(key: IdempotencyKey): Promise<KeptRequest | undefined> {
    return this.database.row<KeptRequest>(
      `SELECT request_hash AS "requestHash", status, response #>> '{}' AS response
         FROM idempotency_keys WHERE api_key_id = $1 AND key = $2`,
      [key.apiKeyId, key.key],
    );
  }

  /** The response is kept as a JSON string: jsonb would reorder its members, and a replay is the same text. */
  async finishIfOpen(key: IdempotencyKey, status: number, response: string | null): Promise<boolean> {
    const rows = await this.database.rows(
      `UPDATE idempotency_keys SET status = $3, response = to_jsonb($4::text)
        WHERE api_key_id = $1 AND key = $2 AND status IS NULL RETURNING key`,
      [key.apiKeyId, key.key, status, response],
    );
    return rows.length === 1;
  }

  async freeIfOpen(key: IdempotencyKey): Promise<boolean> {
    const rows = await this.database.rows(
      `DELETE FROM idempotency_keys WHERE api_key_id = $1 AND key = $2 AND status IS NULL RETURNING key`,
      [key.apiKeyId, key.key],
    );
    return rows.length === 1;
  }

  /** Deletes at most `limit` keys past their time; returns how many. */
  async purge(bounds: { openBefore: Date; finishedBefore: Date; limit: number }): Promise<number> {
    const rows = await this.database.rows(
      `DELETE FROM idempotency_keys WHERE (api_key_id, key) IN (
         SELECT api_key_id, key FROM idempotency_keys
          WHERE created_at < $1 AND (status IS NULL OR created_at < $2)
          ORDER BY created_at LIMIT $3)
       RETURNING key`,
      [bounds.openBefore, bounds.finishedBefore, bounds.limit],
    );
    return rows.length;
  }
}

export interface IdempotencyKey {
  apiKeyId: string;
  key: string;
}
