import { describe, expect, it } from 'vitest';
import { LinePrinter } from './line-printer.js';

function printer(terminal: { isTTY: boolean; columns?: number }) {
  const written: string[] = [];
  const output = { ...terminal, write: (text: string) => written.push(text) };
  return { written, printer: new LinePrinter(output) };
}

describe('the printer of the live line', () => {
  it('rewrites one line on a terminal, at most five times a second', () => {
    const { written, printer: line } = printer({ isTTY: true, columns: 80 });
    line.show('calls 1');
    line.show('calls 2');
    expect(written).toEqual(['\rcalls 1\u001b[K', '\rcalls 2\u001b[K']);
    expect(line.everyMs).toBe(200);
  });

  it('writes a line every five seconds where there is no terminal', () => {
    const { written, printer: line } = printer({ isTTY: false });
    line.show('calls 1');
    line.show('calls 2');
    expect(written).toEqual(['calls 1\n', 'calls 2\n']);
    expect(line.everyMs).toBe(5_000);
  });

  it('writes nothing while nothing has changed', () => {
    const { written, printer: line } = printer({ isTTY: false });
    line.show('calls 1');
    line.show('calls 1');
    expect(written).toHaveLength(1);
  });

  it('cuts what would wrap, because a wrapped line cannot be rewritten', () => {
    const { written, printer: line } = printer({ isTTY: true, columns: 6 });
    line.show('calls 412');
    expect(written).toEqual(['\rcalls\u001b[K']);
  });

  it('leaves the last state standing and the cursor on a new line', () => {
    const { written, printer: line } = printer({ isTTY: true, columns: 80 });
    line.show('calls 9');
    line.finish('calls 9');
    line.show('calls 9');
    expect(written).toEqual(['\rcalls 9\u001b[K', '\n']);
  });
});
