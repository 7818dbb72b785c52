import { describe, expect, it } from 'vitest';
import { defaultPolicy, narrowsCalling, RETRY_RULES, toWire } from './calling-policy.js';
import { mergePolicy } from './policy-input.js';

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** Field and code of each problem. */
function refused(written: unknown): string[] {
  return mergePolicy(defaultPolicy(), written).problems.map(({ field, code }) => `${field}: ${code}`);
}

describe('the calling policy', () => {
  it('has defaults for everything an operator leaves out', () => {
    const { policy, problems } = mergePolicy(defaultPolicy(), {});
    expect(problems).toEqual([]);
    expect(toWire(policy)).toEqual({
      maxAttempts: 3,
      maxConcurrentCalls: 10,
      callsPerSecond: 1,
      callingWindow: {
        days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
        from: '09:00',
        to: '20:00',
        holidays: [],
      },
      retry: {
        partial: ['4h', '24h'],
        hung_up: ['24h'],
        no_response: ['4h', '24h'],
        machine: ['4h', '24h'],
        busy: ['10m', '30m', '2h'],
        no_answer: ['2h', '4h', '24h'],
        failed: ['15m', '1h'],
        lost: ['15m'],
      },
      ringSeconds: 25,
      callSeconds: 600,
      machineDetection: 'hang_up',
    });
  });

  it('lays written parts over the present policy', () => {
    const first = mergePolicy(defaultPolicy(), {
      maxAttempts: 5,
      callingWindow: { days: ['fri', 'mon'], to: '24:00', holidays: ['2026-12-25'] },
      retry: { busy: ['5m', '30m'], machine: [] },
    }).policy;
    expect(first.callingWindow).toEqual({
      days: ['mon', 'fri'],
      from: '09:00',
      to: '24:00',
      holidays: ['2026-12-25'],
    });
    expect(first.retryMs.busy).toEqual([5 * MINUTE, 30 * MINUTE]);
    expect(first.retryMs.machine).toEqual([]);
    const second = mergePolicy(first, { callingWindow: { from: '22:00', to: '02:00' }, callsPerSecond: 0.5 });
    expect(second.problems).toEqual([]);
    expect(second.policy).toMatchObject({ maxAttempts: 5, callsPerSecond: 0.5 });
    expect(second.policy.callingWindow).toMatchObject({ days: ['mon', 'fri'], from: '22:00', to: '02:00' });
    expect(second.policy.retryMs.no_answer).toEqual([2 * HOUR, 4 * HOUR, 24 * HOUR]);
  });

  it('goes back to a default where null is written', () => {
    const changed = mergePolicy(defaultPolicy(), {
      maxAttempts: 9,
      machineDetection: 'off',
      callingWindow: { from: '10:00', days: ['sun'] },
      retry: { busy: ['1s'], lost: ['2s'] },
    }).policy;
    const part = mergePolicy(changed, {
      maxAttempts: null,
      callingWindow: { from: null },
      retry: { busy: null },
    });
    expect(part.policy).toMatchObject({ maxAttempts: 3, machineDetection: 'off' });
    expect(part.policy.callingWindow).toMatchObject({ days: ['sun'], from: '09:00' });
    expect(part.policy.retryMs).toMatchObject({ busy: [10 * MINUTE, 30 * MINUTE, 2 * HOUR], lost: [2_000] });
    expect(mergePolicy(changed, null).policy).toEqual(defaultPolicy());
  });

  it('leaves the present policy untouched', () => {
    const present = defaultPolicy();
    mergePolicy(present, { maxAttempts: 9, callingWindow: { days: ['sun'] }, retry: { busy: ['1s'] } });
    expect(present).toEqual(defaultPolicy());
  });

  it('reports every problem at once', () => {
    expect(
      refused({
        maxAttempts: 21,
        maxConcurrentCalls: 1.5,
        callsPerSecond: 'fast',
        ringSeconds: 4,
        callSeconds: 3_601,
        machineDetection: 'on',
        pace: 3,
        callingWindow: { days: ['monday'], from: '9:00', to: '24:01', holidays: ['2026-02-30'], zone: 'UTC' },
        retry: { busy: ['5min', 30], no_answer: '1h', refused: ['1h'], lost: ['0s', '91d'] },
      }),
    ).toEqual([
      'policy.pace: unknown_field',
      'policy.maxAttempts: too_large',
      'policy.maxConcurrentCalls: must_be_integer',
      'policy.callsPerSecond: must_be_number',
      'policy.ringSeconds: too_small',
      'policy.callSeconds: too_large',
      'policy.machineDetection: not_permitted',
      'policy.callingWindow.zone: unknown_field',
      'policy.callingWindow.days[0]: not_permitted',
      'policy.callingWindow.from: invalid_time',
      'policy.callingWindow.to: invalid_time',
      'policy.callingWindow.holidays[0]: invalid_date',
      'policy.retry.refused: unknown_field',
      'policy.retry.busy[0]: invalid_duration',
      'policy.retry.busy[1]: invalid_duration',
      'policy.retry.no_answer: must_be_list',
      'policy.retry.lost[0]: invalid_duration',
      'policy.retry.lost[1]: invalid_duration',
    ]);
  });

  it.each([
    ['maxAttempts', 1, 20],
    ['maxConcurrentCalls', 1, 10_000],
    ['callsPerSecond', 0.01, 1_000],
    ['ringSeconds', 5, 120],
    ['callSeconds', 30, 3_600],
  ])('takes %s from %d to %d', (name, min, max) => {
    expect(refused({ [name]: min })).toEqual([]);
    expect(refused({ [name]: max })).toEqual([]);
    expect(refused({ [name]: min - 0.001 })).not.toEqual([]);
    expect(refused({ [name]: max + 1 })).toEqual([`policy.${name}: too_large`]);
  });

  it('refuses a window that never opens', () => {
    expect(refused({ callingWindow: { from: '10:00', to: '10:00' } })).toEqual([
      'policy.callingWindow.to: empty_window',
    ]);
    // The end is that of the present window.
    expect(refused({ callingWindow: { from: '20:00' } })).toEqual(['policy.callingWindow.to: empty_window']);
    expect(refused({ callingWindow: { days: [] } })).toEqual(['policy.callingWindow.days: too_few']);
  });

  it.each([[[]], ['open'], [3]])('refuses %j in place of an object', (written) => {
    expect(refused(written)).toEqual(['policy: must_be_object']);
    expect(refused({ callingWindow: written, retry: written })).toEqual([
      'policy.callingWindow: must_be_object',
      'policy.retry: must_be_object',
    ]);
  });

  it('comes back from the wire as it went out', () => {
    const { policy } = mergePolicy(defaultPolicy(), {
      callingWindow: { days: ['sun'], from: '22:00', to: '03:00', holidays: ['2027-01-01', '2026-12-25'] },
      retry: Object.fromEntries(RETRY_RULES.map((rule, index) => [rule, [`${index + 1}s`, `${index + 1}h`]])),
    });
    expect(mergePolicy(defaultPolicy(), JSON.parse(JSON.stringify(toWire(policy))))).toEqual({
      policy,
      problems: [],
    });
  });

  it.each([
    [{ maxAttempts: 2 }, true],
    [{ maxConcurrentCalls: 9 }, true],
    [{ callsPerSecond: 0.5 }, true],
    [{ callingWindow: { to: '19:00' } }, true],
    [{ maxAttempts: 4, maxConcurrentCalls: 11, callsPerSecond: 2 }, false],
    [{ retry: { busy: ['1d'] }, ringSeconds: 5, machineDetection: 'off' }, false],
  ])('knows whether %j narrows the calling', (written, narrows) => {
    const { policy } = mergePolicy(defaultPolicy(), written);
    expect(narrowsCalling(defaultPolicy(), policy)).toBe(narrows);
  });

  it('stays the same where nothing is written, and has no problem', () => {
    const present = { ...defaultPolicy(), maxAttempts: 7 };
    expect(mergePolicy(present, undefined)).toEqual({ policy: present, problems: [] });
    expect(mergePolicy(present, null)).toEqual({ policy: defaultPolicy(), problems: [] });
  });

  it('goes back to the default of a part where null is written', () => {
    const changed = mergePolicy(defaultPolicy(), {
      machineDetection: 'off',
      callingWindow: { from: '10:00' },
      retry: { busy: ['1s'] },
    }).policy;
    const back = mergePolicy(changed, { machineDetection: null, callingWindow: null, retry: null });
    expect(back).toEqual({ policy: defaultPolicy(), problems: [] });
  });

  it.each<[object | string, string]>([
    ['fast', 'policy must be an object'],
    [{ pace: 1 }, 'policy.pace is not a known field; known are '],
    [{ maxAttempts: '3' }, 'policy.maxAttempts must be a number'],
    [{ maxAttempts: 1.5 }, 'policy.maxAttempts must be a whole number'],
    [{ maxAttempts: 0 }, 'policy.maxAttempts must be at least 1'],
    [{ maxAttempts: 21 }, 'policy.maxAttempts must be at most 20'],
    [{ machineDetection: 'on' }, 'policy.machineDetection must be hang_up or off'],
    [{ callingWindow: { days: 'mon' } }, 'policy.callingWindow.days must be a list'],
    [{ callingWindow: { days: [] } }, 'policy.callingWindow.days must have at least 1 item'],
    [
      { callingWindow: { days: ['mon', 'Monday'] } },
      'policy.callingWindow.days[1] must be one of mon, tue, wed, thu, fri, sat, sun',
    ],
    [{ callingWindow: { from: '24:00' } }, 'policy.callingWindow.from must be a time of day as HH:MM'],
    [
      { callingWindow: { to: '24:01' } },
      'policy.callingWindow.to must be a time of day as HH:MM, at the latest 24:00',
    ],
    [
      { callingWindow: { from: '10:00', to: '10:00' } },
      'policy.callingWindow.to equals from; a whole day is from 00:00 to 24:00',
    ],
    [
      { callingWindow: { holidays: ['25/12'] } },
      'policy.callingWindow.holidays[0] must be a date of the calendar as YYYY-MM-DD',
    ],
    [
      { callingWindow: { holidays: Array.from({ length: 1_001 }, () => '2026-12-25') } },
      'policy.callingWindow.holidays must have at most 1000 items',
    ],
    [
      { retry: { busy: ['91d'] } },
      'policy.retry.busy[0] must be a delay from 1s to 90d such as 30s, 5m, 2h or 1d',
    ],
    [
      { retry: { busy: Array.from({ length: 21 }, () => '1m') } },
      'policy.retry.busy must have at most 20 items',
    ],
  ])('says what is wrong with %j', (written, message) => {
    const { problems } = mergePolicy(defaultPolicy(), written);
    expect(problems.length).toBe(1);
    expect(problems[0]!.message.slice(0, message.length)).toBe(message);
    expect(problems[0]!.message.length - message.length).toBeLessThan(200);
  });

  it('names all known fields beside an unknown one', () => {
    const { problems } = mergePolicy(defaultPolicy(), { callingWindow: { zone: 'UTC' } });
    expect(problems.map(({ message }) => message)).toEqual([
      'policy.callingWindow.zone is not a known field; known are days, from, to, holidays',
    ]);
  });

  it('takes as many items as a list may have', () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
    expect(
      refused({
        callingWindow: { days, holidays: Array.from({ length: 1_000 }, () => '2026-12-25') },
        retry: { busy: Array.from({ length: 20 }, () => '1m') },
      }),
    ).toEqual([]);
    expect(refused({ callingWindow: { days: [...days, 'mon'] } })).toEqual([
      'policy.callingWindow.days: too_many',
    ]);
  });

  it('takes delays from one second to ninety days', () => {
    expect(refused({ retry: { busy: ['1s', '90d'] } })).toEqual([]);
    expect(refused({ retry: { busy: ['7776001s', null, {}] } })).toEqual([
      'policy.retry.busy[0]: invalid_duration',
      'policy.retry.busy[1]: invalid_duration',
      'policy.retry.busy[2]: invalid_duration',
    ]);
  });

  it.each(['109:00', '09:000', ' 09:00', '09:60', '9:00', 900, null])(
    'takes %j for no time of day, unless it is null and so the default',
    (from) => {
      const problems = from === null ? [] : ['policy.callingWindow.from: invalid_time'];
      expect(refused({ callingWindow: { from } })).toEqual(problems);
    },
  );

  it.each(['12026-12-25', '2026-12-251', '2026-12-25T00:00', '2026-13-01', 20_261_225, ['2026-12-25']])(
    'takes %j for no date',
    (holiday) => {
      expect(refused({ callingWindow: { holidays: [holiday] } })).toEqual([
        'policy.callingWindow.holidays[0]: invalid_date',
      ]);
    },
  );

  it('keeps holidays in order, each once', () => {
    const holidays = ['2027-01-01', '2026-12-25', '2027-01-01'];
    expect(
      mergePolicy(defaultPolicy(), { callingWindow: { holidays } }).policy.callingWindow.holidays,
    ).toEqual(['2026-12-25', '2027-01-01']);
  });

  it('has no list where none was written, and says so once', () => {
    expect(refused({ callingWindow: { days: 'mon', holidays: {} }, retry: { busy: 3 } })).toEqual([
      'policy.callingWindow.days: must_be_list',
      'policy.callingWindow.holidays: must_be_list',
      'policy.retry.busy: must_be_list',
    ]);
  });

  it('tries nobody again who asked to be called at a time: nothing sets that outcome yet', () => {
    expect(defaultPolicy().retryMs.callback).toEqual([]);
  });
});
