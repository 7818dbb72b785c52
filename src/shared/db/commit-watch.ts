import { AsyncLocalStorage } from 'node:async_hooks';

const watches = new AsyncLocalStorage<CommitWatch>();

/**
 * Whether anything was committed on behalf of the work run inside, as far as anybody can tell: a COMMIT that was sent
 * and not answered may have been carried out.
 */
export class CommitWatch {
  private sent = false;

  get mayHaveCommitted(): boolean {
    return this.sent;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return watches.run(this, work);
  }

  /** To be called right before a COMMIT is sent. */
  static note(): void {
    const watch = watches.getStore();
    if (watch !== undefined) watch.sent = true;
  }
}
