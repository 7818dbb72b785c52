import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCallOrder } from '../call/call-order.js';
import { summaryOf } from './call.js';
import { Ledger } from './ledger.js';

const order = readCallOrder({ To: '+12025550123', From: '+12025550199', Url: 'https://example.com/voice' });
const sid = `CA${'0'.repeat(32)}`;
let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ledger-spec-'));
  path = join(directory, 'deep', 'ledger.jsonl');
});

afterEach(() => rmSync(directory, { recursive: true }));

function recordCall(ledger: Ledger): void {
  const { seq: request } = ledger.record({ type: 'create.received', params: {} });
  const person = { kind: 'completes' } as const;
  ledger.record({ type: 'call.created', request, sid, order, ordinal: 0, person, queueTimeMs: 0 });
  ledger.record({ type: 'call.status', sid, status: 'initiated' });
  ledger.record({ type: 'call.status', sid, status: 'in-progress' });
  ledger.record({ type: 'call.key', sid, key: '1' });
  ledger.record({ type: 'call.meant', sid, prompt: 'May we?', keys: '1', intent: 'consent' });
}

async function linesSince(ledger: Ledger, seq: number): Promise<{ seq: number; type: string }[]> {
  const entries = [];
  for await (const line of ledger.since(seq)) entries.push(JSON.parse(line) as { seq: number; type: string });
  return entries;
}

describe('the ledger', () => {
  it('has each entry in the file when record returns', () => {
    const ledger = new Ledger(path);
    ledger.record({ type: 'carrier.started', seed: 's', speed: 1 });
    expect(readFileSync(path, 'utf8')).toMatch(/^\{"seq":1,.*"type":"carrier.started".*\}\n$/);
    ledger.close();
  });

  it('gives the same book when it is opened again', () => {
    const before = new Ledger(path);
    recordCall(before);
    const call = before.book.find(sid);
    const totals = before.book.totals();
    before.close();
    const after = new Ledger(path);
    expect(after.book.find(sid)).toEqual(call);
    expect(after.book.totals()).toEqual(totals);
    expect(totals).toEqual({ creates: 1, placed: 1, live: 1, maxLive: 1, maxCreatesPerSecond: 1 });
    after.close();
  });

  it('cuts off a torn last line and goes on behind the last whole one', async () => {
    const before = new Ledger(path);
    recordCall(before);
    before.close();
    appendFileSync(path, '{"seq":7,"at":"2026-01-01T0');
    const after = new Ledger(path);
    after.record({ type: 'call.status', sid, status: 'completed', endedBy: 'callee' });
    expect(await linesSince(after, 5)).toMatchObject([
      { seq: 6, type: 'call.meant' },
      { seq: 7, type: 'call.status' },
    ]);
    expect(summaryOf(after.book.find(sid)!)).toMatchObject({
      status: 'completed',
      consent: 'yes',
      keys: ['1'],
      endedBy: 'callee',
    });
    expect(after.book.totals().live).toBe(0);
    after.close();
  });

  it('without a path lives in a temporary file until it is closed', async () => {
    const ledger = new Ledger();
    expect(await linesSince(ledger, 0)).toEqual([]);
    recordCall(ledger);
    expect(existsSync(ledger.path)).toBe(true);
    ledger.close();
    expect(existsSync(ledger.path)).toBe(false);
  });
});
