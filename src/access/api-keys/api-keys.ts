import { Injectable } from '@nestjs/common';
import { digestOf, sameDigest } from './api-key-digest.js';
import { ApiKeyRows, type StoredApiKey } from './api-key-rows.js';

/** A revoked key dies in every process within this time. */
const FRESH_MS = 5_000;
/** A key that was just issued works after this; until then wrong keys cost no query. */
const RECHECK_MS = 1_000;

/** The valid keys, kept in memory for seconds: requests with a wrong key cannot load the database. */
@Injectable()
export class ApiKeys {
  private keys: StoredApiKey[] = [];
  private readAt = -Infinity;
  private reading: Promise<void> | null = null;

  constructor(private readonly rows: ApiKeyRows) {}

  /** The key this is, or undefined. While the keys cannot be read nobody is let in: the error goes to the caller. */
  async find(key: string): Promise<{ id: string; name: string } | undefined> {
    const digest = digestOf(key);
    await this.readUnlessYounger(FRESH_MS);
    const known = this.among(digest);
    if (known !== undefined) return known;
    await this.readUnlessYounger(RECHECK_MS);
    return this.among(digest);
  }

  private among(digest: string): StoredApiKey | undefined {
    return this.keys.filter((key) => sameDigest(key.digest, digest))[0];
  }

  private async readUnlessYounger(ageMs: number): Promise<void> {
    if (performance.now() - this.readAt < ageMs) return;
    this.reading ??= this.read().finally(() => (this.reading = null));
    await this.reading;
  }

  private async read(): Promise<void> {
    const began = performance.now();
    this.keys = await this.rows.valid();
    this.readAt = began;
  }
}
