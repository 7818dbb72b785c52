import { describe, expect, it } from 'vitest';
import { defaultPolicy } from './calling-policy.js';
import { DEFAULT_SETTINGS } from './campaign-settings.js';
import { isStop, startedProblems, uneditable } from './editing.js';

const AT = new Date('2026-11-22T08:00:00Z');
const FIELDS = ['name', 'language', 'callerId', 'completion', 'startsAt', 'endsAt', 'survey', 'policy'];

function refused(
  status: 'draft' | 'running' | 'paused' | 'completed',
  closingAt: Date | null = null,
): string[] {
  return uneditable({ status, closingAt }, FIELDS).map(({ field }) => field);
}

describe('editing', () => {
  it('may change everything of a draft', () => {
    expect(refused('draft')).toEqual([]);
  });

  it('may not change what is said, from whom, or the start, once started', () => {
    expect(refused('running')).toEqual(['language', 'callerId', 'startsAt', 'survey']);
    expect(refused('paused')).toEqual(['language', 'callerId', 'startsAt', 'survey']);
  });

  it('may not move the end of a campaign that is closing', () => {
    expect(refused('running', AT)).toEqual(['language', 'callerId', 'startsAt', 'endsAt', 'survey']);
  });

  it('may change nothing of a completed campaign', () => {
    expect(refused('completed')).toEqual(FIELDS);
  });

  it('keeps the name of a started campaign, and its end ahead', () => {
    const running = { status: 'running' as const, closingAt: null };
    const nameless = { ...DEFAULT_SETTINGS, endsAt: AT };
    expect(startedProblems(running, nameless, ['endsAt'], AT).map(({ code }) => code)).toEqual([
      'required',
      'in_the_past',
    ]);
    expect(startedProblems(running, { ...nameless, name: 'Q4' }, ['policy'], AT)).toEqual([]);
    expect(startedProblems({ status: 'draft', closingAt: null }, nameless, ['endsAt'], AT)).toEqual([]);
  });

  it('knows which changes stop calls that were permitted', () => {
    const before = { policy: defaultPolicy(), endsAt: null };
    expect(isStop(before, before)).toBe(false);
    expect(isStop(before, { ...before, endsAt: AT })).toBe(true);
    expect(isStop({ ...before, endsAt: AT }, before)).toBe(false);
    expect(isStop(before, { ...before, policy: { ...defaultPolicy(), maxConcurrentCalls: 1 } })).toBe(true);
  });

  it('says which field cannot be changed, and why', () => {
    const said = (status: 'running' | 'completed', closingAt: Date | null) =>
      uneditable({ status, closingAt }, ['language']);
    const problem = (now: string) => [
      {
        field: 'language',
        code: 'not_editable',
        message: `language cannot be changed while the campaign is ${now}`,
      },
    ];
    expect(said('running', null)).toEqual(problem('running'));
    expect(said('running', AT)).toEqual(problem('closing'));
    expect(said('completed', null)).toEqual(problem('completed'));
    expect(said('completed', AT)).toEqual(problem('completed'));
  });

  it('says that a started campaign needs its name', () => {
    const paused = { status: 'paused' as const, closingAt: null };
    expect(startedProblems(paused, DEFAULT_SETTINGS, [], AT)).toEqual([
      { field: 'name', code: 'required', message: 'name is required' },
    ]);
  });

  it('takes an earlier end for a stop, a later or equal one not', () => {
    const policy = defaultPolicy();
    const later = new Date(AT.getTime() + 1);
    expect(isStop({ policy, endsAt: later }, { policy, endsAt: AT })).toBe(true);
    expect(isStop({ policy, endsAt: AT }, { policy, endsAt: AT })).toBe(false);
    expect(isStop({ policy, endsAt: AT }, { policy, endsAt: later })).toBe(false);
  });
});
