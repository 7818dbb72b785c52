import type { Faults } from '../faults.js';
import type { WebhookKind } from '../ledger/entry.js';
import type { Ledger } from '../ledger/ledger.js';
import { CallOver, type Pace } from '../pace.js';
import type { WebhookClient, WebhookRequest, WebhookResult } from '../webhooks/webhook-client.js';

/** What every call of one running carrier shares. */
export class Exchange {
  readonly #running = new Set<Promise<void>>();

  constructor(
    readonly accountSid: string,
    readonly seed: string,
    readonly ledger: Ledger,
    readonly webhooks: WebhookClient,
    readonly pace: Pace,
    readonly faults: Faults,
  ) {}

  /**
   * Starts something that nobody awaits. The end of its call is no error; a defect of the simulator itself is
   * said on stderr and never becomes an unhandled rejection.
   */
  run(task: () => Promise<void>): void {
    const running = task()
      .catch((error: unknown) => {
        if (error instanceof CallOver) return;
        process.stderr.write(
          `carrier: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
        );
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Sends a webhook that stands in the ledger before it leaves, and whose answer is recorded. */
  async send(sid: string, kind: WebhookKind, request: WebhookRequest): Promise<WebhookResult> {
    const { url, method, params } = request;
    const { seq: webhook } = this.ledger.record({ type: 'webhook.sent', sid, kind, method, url, params });
    const sentAt = performance.now();
    const result = await this.webhooks.send(request);
    this.ledger.record({
      type: 'webhook.answered',
      sid,
      webhook,
      kind,
      httpStatus: result.status,
      error: result.delivered ? null : result.message,
      tries: result.tries,
      ms: Math.round(performance.now() - sentAt),
    });
    return result;
  }

  /** Resolves when nothing runs any more; timers and webhooks have to be stopped first. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}
