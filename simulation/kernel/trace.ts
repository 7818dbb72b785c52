import { createHash } from 'node:crypto';

/** What a run did, as one hash: virtual time, entity, kind and payload of every step, in order. */
export class Trace {
  private readonly hash = createHash('sha256');
  /** The last lines, for the report of a failure. */
  readonly last: string[] = [];
  private keep = 60;
  private sink: ((line: string) => void) | null = null;

  add(at: number, entity: string, kind: string, payload: unknown = ''): void {
    const line = `${new Date(at).toISOString()} ${entity} ${kind} ${typeof payload === 'string' ? payload : JSON.stringify(payload)}`;
    this.hash.update(line).update('\n');
    this.sink?.(line);
    this.last.push(line);
    if (this.last.length > this.keep) this.last.shift();
  }

  /** Also gives every line to somebody as it is written. */
  tellTo(sink: (line: string) => void): void {
    this.sink = sink;
  }

  digest(): string {
    return this.hash.copy().digest('hex');
  }
}
