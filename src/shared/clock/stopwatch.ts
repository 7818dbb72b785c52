/**
 * Elapsed time of this process, for waiting and for noticing that the process stood still. It says nothing about the
 * hour: decisions take that from the `Clock`.
 */
export abstract class Stopwatch {
  /** Monotonic milliseconds since some moment of this process. */
  abstract now(): number;
  /** Resolves after so many milliseconds, or at once when the signal is aborted. */
  abstract wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export class ProcessStopwatch extends Stopwatch {
  override now(): number {
    return performance.now();
  }

  override async wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const stop = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }
}
