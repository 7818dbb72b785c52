import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { mergePolicy } from '../../src/campaign/domain/policy-input.js';
import { defaultPolicy } from '../../src/campaign/domain/calling-policy.js';
import { problemText } from '../../scripts/demo/api-client.mjs';
import { answerRows, bar, rateText, resultsReport, table } from '../../scripts/demo/report.mjs';
import { runDemonstration, whatToLookAt } from '../../scripts/demo.mjs';

const RATE = { numerator: 1, denominator: 4, value: 0.25 };

const results = {
  name: 'Demonstration',
  simulated: true,
  interim: false,
  cases: {
    standard: 'AAPOR',
    open: 0,
    excluded: 1,
    codes: [
      { code: '1.1', group: 'I', label: 'Complete interview', contacts: 1 },
      { code: '3.13', group: 'UH', label: 'No answer', contacts: 3 },
    ],
  },
  rates: { RR1: RATE, COOP1: { numerator: 0, denominator: 0, value: null }, REF1: RATE, CON1: RATE },
  calls: { completed: 1, no_answer: 9, busy: 0, canceled: 2 },
  questions: [
    {
      text: 'How satisfied are you?',
      answered: 2,
      otherAnswers: 0,
      mean: 3.25,
      min: 3,
      max: 4,
      distribution: [
        { value: 3, label: '3', answers: 1 },
        { value: 4, label: '4', answers: 1 },
      ],
    },
  ],
};
const progress = {
  startedAt: '2026-11-22T08:00:00.000Z',
  completedAt: '2026-11-22T08:01:34.000Z',
  contacts: { total: 5 },
  calls: { total: 10, ended: { total: 12, byOutcome: { canceled: 2 } } },
};

describe('the report of the demonstration', () => {
  const report = resultsReport(results, progress);

  it('says that nobody was really called, how many calls it took and how long', () => {
    expect(report).toMatch(/^Results of "Demonstration" \(simulated:/);
    expect(report).toContain('5 people, 10 calls, 94 s\n');
  });

  it('shows outcomes that occurred, the most frequent first, with their share', () => {
    const ended = report.split('\n\n').find((part) => part.startsWith('How the calls ended'))!;
    expect(ended.split('\n').slice(1)).toEqual([
      `    ${'no answer'.padEnd(40)}     9  90.0 % ██████████████████`,
      `    ${'completed'.padEnd(40)}     1  10.0 % ██`,
    ]);
  });

  it('shows answers with their mean, and the rates with what they were made of', () => {
    expect(report).toContain('  2 answers, mean 3.3\n');
    expect(report).toMatch(/RR1 +response +25\.0 % {2}\(1 of 4\)/);
    expect(report).toMatch(/COOP1 +cooperation +no cases/);
    expect(report).toContain('taken off the list before a call: 1');
  });

  it('stays within 80 columns', () => {
    for (const line of [...report.split('\n'), ...table([{ name: 'x'.repeat(90), count: 1_000 }], 1_000)])
      expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows a number with many values as ranges that lose no answer', () => {
    const distribution = Array.from({ length: 40 }, (_, value) => ({ value, label: `${value}`, answers: 2 }));
    const rows = answerRows({ distribution, min: 0, max: 120, otherAnswers: 3 });
    expect(rows.at(0)).toEqual({ name: '0 to 20', count: 42 });
    expect(rows.at(-1)).toEqual({ name: 'other values', count: 3 });
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(83);
  });

  it('draws something for anything above zero', () => {
    expect([bar(0), bar(0.001), bar(1)]).toEqual(['', '█', '█'.repeat(20)]);
  });

  it('has no rate for 0/0', () => {
    expect(rateText({ numerator: 0, denominator: 0, value: null })).toBe('no cases');
  });
});

describe('the demonstration', () => {
  it('prints where to look, with the key read from its file and never the key itself', () => {
    const text = whatToLookAt('http://127.0.0.1:8880', 'c1', '.data/admin-api-key');
    expect(text).toContain('http://127.0.0.1:8880/docs\n');
    expect(text).toContain(
      'curl -H "X-API-Key: $(cat .data/admin-api-key)" http://127.0.0.1:8880/api/v1/campaigns/c1/results',
    );
  });

  it('tells a refusal with its code, its detail and every field problem', () => {
    const body = {
      code: 'campaign_not_startable',
      detail: 'Two things are missing.',
      problems: [{ field: 'name', code: 'required', message: 'name is required' }],
    };
    expect(problemText('POST /campaigns/1/start', 409, body)).toBe(
      'POST /campaigns/1/start was answered 409 campaign_not_startable: Two things are missing.\n  - name is required',
    );
    expect(problemText('GET /campaigns', 502, null)).toBe('GET /campaigns was answered 502: no details');
  });

  it('ends quietly when it is stopped', async () => {
    const said: string[] = [];
    await runDemonstration({
      baseUrl: 'http://127.0.0.1:9',
      apiKey: 'k',
      signal: AbortSignal.abort(),
      log: (text: string) => said.push(text),
    });
    expect(said).toEqual([]);
  });

  it('calls by a policy that the application accepts, at any hour of any day', async () => {
    const written: unknown = JSON.parse(
      await readFile(new URL('../../examples/demo-policy.json', import.meta.url), 'utf8'),
    );
    const { policy, problems } = mergePolicy(defaultPolicy(), written);
    expect(problems).toEqual([]);
    expect(policy.callingWindow).toMatchObject({ from: '00:00', to: '24:00' });
    expect(policy.callingWindow.days).toHaveLength(7);
    const delays = Object.entries(policy.retryMs).filter(([outcome]) => outcome !== 'callback');
    for (const [, ms] of delays) expect(Math.max(...ms)).toBeLessThanOrEqual(20_000);
  });
});
