/** What became of a webhook: stored, seen before, refused for its signature, for an unknown call, or failed here. */
export type WebhookResult = 'stored' | 'duplicate' | 'invalid_signature' | 'unknown_call' | 'failed';

/** Counts of this process; nothing depends on them. */
export abstract class Metrics {
  /** Attempts claimed by one tick. */
  abstract claimed(attempts: number): void;
  /** A turn of an interview, from the request to the answer. */
  abstract turn(seconds: number): void;
  abstract webhook(result: WebhookResult): void;
  /** The carrier could not be asked about a call: it keeps its place until it can. */
  abstract lookUpFailed(): void;
}
