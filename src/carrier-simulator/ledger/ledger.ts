import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { CallBook } from './call-book.js';
import type { LedgerEntry, LedgerEvent } from './entry.js';

/**
 * The carrier's memory: an append-only file of JSON lines. `record` returns after the line was handed to the
 * operating system, so that whoever is told of a fact afterwards finds it in the file even if the carrier is
 * killed in between. A last line torn by such a kill is cut off on opening: nobody was told of it.
 * Without a path the file is a temporary one and goes with `close`.
 */
export class Ledger {
  readonly book = new CallBook();
  readonly path: string;
  readonly #temporaryDirectory: string | null;
  readonly #file: number;
  #lastSeq = 0;

  constructor(path?: string) {
    this.#temporaryDirectory = path === undefined ? fs.mkdtempSync(join(tmpdir(), 'carrier-')) : null;
    this.path = path ?? join(this.#temporaryDirectory ?? '', 'ledger.jsonl');
    fs.mkdirSync(dirname(this.path), { recursive: true });
    this.#file = fs.openSync(this.path, 'a+');
    this.#replay();
  }

  record(event: LedgerEvent): LedgerEntry {
    const entry: LedgerEntry = { seq: this.#lastSeq + 1, at: new Date().toISOString(), ...event };
    fs.writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    this.#lastSeq = entry.seq;
    this.book.apply(entry);
    return entry;
  }

  /** The entries with a higher `seq`, oldest first, as they stand in the file. */
  async *since(seq: number): AsyncGenerator<string> {
    const input = fs.createReadStream(this.path, { end: Math.max(0, fs.fstatSync(this.#file).size - 1) });
    try {
      for await (const line of createInterface({ input, crlfDelay: Infinity }))
        if (line !== '' && seqOf(line) > seq) yield line;
    } finally {
      input.destroy();
    }
  }

  close(): void {
    fs.closeSync(this.#file);
    if (this.#temporaryDirectory !== null)
      fs.rmSync(this.#temporaryDirectory, { recursive: true, force: true });
  }

  #replay(): void {
    const content = fs.readFileSync(this.path);
    const complete = content.lastIndexOf(0x0a) + 1;
    if (complete < content.length) fs.ftruncateSync(this.#file, complete);
    for (let from = 0; from < complete;) {
      const end = content.indexOf(0x0a, from);
      const entry = JSON.parse(content.toString('utf8', from, end)) as LedgerEntry;
      this.#lastSeq = entry.seq;
      this.book.apply(entry);
      from = end + 1;
    }
  }
}

/** `seq` is the first field of each line. */
function seqOf(line: string): number {
  return Number(/^\{"seq":(\d+)/.exec(line)?.[1] ?? 0);
}
