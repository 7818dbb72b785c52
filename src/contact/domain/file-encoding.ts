export type FileEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/**
 * Finds out how a file is written while it passes by. A byte order mark decides; otherwise it is UTF-8 as long as
 * every byte fits, and Windows-1252 (of which Latin-1 is a part) when one does not and nothing before or after proves
 * UTF-8: accented Latin-1 text is practically never a valid UTF-8 sequence by chance.
 */
export class EncodingSniffer {
  private head: number[] = [];
  private marked: FileEncoding | null = null;
  private pending = 0;
  private lead = 0;
  /** A sequence that only UTF-8 has, and a byte that it cannot have. */
  private proof = false;
  private misfit = false;
  private nul = false;

  push(bytes: Uint8Array): void {
    // Stryker disable next-line ConditionalExpression,EqualityOperator: three bytes decide, more cost only time
    if (this.head.length < 3) {
      // Stryker disable next-line ConditionalExpression,EqualityOperator: three bytes decide, more cost only memory
      for (let i = 0; i < bytes.length && this.head.length < 3; i++) this.head.push(bytes[i]!);
      this.marked = markOf(this.head);
    }
    if (this.marked === 'utf-16le' || this.marked === 'utf-16be') return;
    for (const byte of bytes) {
      if (byte === 0) this.nul = true;
      if (byte < 0x80 && this.pending === 0) continue;
      this.step(byte);
    }
  }

  /** No more bytes will come: a sequence left open was none. */
  finish(): void {
    if (this.pending > 0) this.misfit = true;
    this.pending = 0;
  }

  get encoding(): FileEncoding {
    if (this.marked !== null) return this.marked;
    return this.misfit && !this.proof ? 'windows-1252' : 'utf-8';
  }

  /** No text file: NUL bytes, or UTF-8 with bytes that do not belong. */
  get isUnreadable(): boolean {
    if (this.marked === 'utf-16le' || this.marked === 'utf-16be') return false;
    return this.nul || (this.encoding === 'utf-8' && this.misfit);
  }

  /** The well-formed sequences of RFC 3629; overlong forms and surrogates are misfits. */
  private step(byte: number): void {
    if (this.pending > 0) {
      const first = this.lead;
      this.lead = 0;
      if (byte >= 0x80 && byte <= 0xbf && followsLead(first, byte)) {
        if (--this.pending === 0) this.proof = true;
        return;
      }
      this.pending = 0;
      this.misfit = true;
      if (byte < 0x80) return;
    }
    this.pending =
      byte >= 0xc2 && byte <= 0xdf
        ? 1
        : byte >= 0xe0 && byte <= 0xef
          ? 2
          : byte >= 0xf0 && byte <= 0xf4
            ? 3
            : 0;
    this.lead = byte;
    if (this.pending === 0) this.misfit = true;
  }
}

/** Whether a second byte may follow this first one; 0 when it is a later byte, which may be any continuation. */
function followsLead(lead: number, byte: number): boolean {
  if (lead === 0xe0) return byte >= 0xa0;
  if (lead === 0xed) return byte <= 0x9f;
  if (lead === 0xf0) return byte >= 0x90;
  if (lead === 0xf4) return byte <= 0x8f;
  return true;
}

function markOf(head: number[]): FileEncoding | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return null;
}
