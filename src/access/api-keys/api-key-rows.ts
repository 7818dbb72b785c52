import { Injectable } from '@nestjs/common';
import { ApiDatabase } from '../../shared/db/database.js';

export interface StoredApiKey {
  id: string;
  name: string;
  digest: string;
}

@Injectable()
export class ApiKeyRows {
  constructor(private readonly database: ApiDatabase) {}

  valid(): Promise<StoredApiKey[]> {
    return this.database.rows<StoredApiKey>(
      `SELECT id, name, key_hash AS digest FROM api_keys WHERE revoked_at IS NULL ORDER BY name LIMIT 1000`,
    );
  }

  /** The key of that name is this one from now on; the one before it is forgotten. */
  replace(key: { id: string; name: string; prefix: string; digest: string; at: Date }): Promise<void> {
    return this.database.transaction(async (tx) => {
      // Workers that start together bring the same key: its hash is unique as well, and ON CONFLICT arbitrates one only.
      await tx.execute(`LOCK TABLE api_keys IN SHARE ROW EXCLUSIVE MODE`);
      await tx.execute(
        `INSERT INTO api_keys AS k (id, name, prefix, key_hash, created_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO UPDATE SET prefix = $3, key_hash = $4, created_at = $5, revoked_at = NULL
           WHERE (k.key_hash, k.revoked_at) IS DISTINCT FROM ($4, NULL)`,
        [key.id, key.name, key.prefix, key.digest, key.at],
      );
    });
  }

  revokeIfValid(name: string, at: Date): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const changed = await tx.execute(
        `UPDATE api_keys SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL`,
        [name, at],
      );
      return changed === 1;
    });
  }
}
