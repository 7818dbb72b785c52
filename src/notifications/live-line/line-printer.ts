/** The part of a standard output stream that a line needs. */
export interface LineOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** On a terminal at most five times a second, in place; elsewhere, in a file or a pipe, a line every five seconds. */
const REWRITE_MS = 200;
const APPEND_MS = 5_000;
const CLEAR_TO_END = '\u001b[K';

/** Shows the newest state of one line, only when it has changed. */
export class LinePrinter {
  readonly everyMs: number;
  private shown = '';

  constructor(private readonly output: LineOutput) {
    this.everyMs = output.isTTY === true ? REWRITE_MS : APPEND_MS;
  }

  show(line: string): void {
    if (line === this.shown) return;
    this.shown = line;
    if (this.output.isTTY !== true) {
      this.output.write(`${line}\n`);
      return;
    }
    // A line that wraps could not be rewritten.
    const columns = this.output.columns ?? 80;
    this.output.write(`\r${line.slice(0, columns - 1)}${CLEAR_TO_END}`);
  }

  /** The last state stays, and whatever is printed next begins on a line of its own. */
  finish(line: string): void {
    this.show(line);
    if (this.output.isTTY === true) this.output.write('\n');
  }
}
