import { describe, expect, it } from 'vitest';
import { DomainError } from '../../shared/errors/domain-error.js';
import { CAMPAIGN_STATUSES, type CampaignStatus } from '../contracts/campaigns.js';
import {
  CAMPAIGN_MACHINE,
  CAMPAIGN_TRANSITIONS,
  legalTransitions,
  requireLegal,
  statusAfter,
  type CampaignTransition,
} from './campaign-machine.js';

/** Every status × every transition; null is illegal. */
const EXPECTED: Record<CampaignStatus, Record<CampaignTransition, CampaignStatus | null>> = {
  draft: { start: 'running', pause: null, resume: null, complete: null, reopen: null },
  running: { start: null, pause: 'paused', resume: null, complete: 'completed', reopen: null },
  paused: { start: null, pause: null, resume: 'running', complete: 'completed', reopen: null },
  completed: { start: null, pause: null, resume: null, complete: null, reopen: 'paused' },
};

describe('the campaign machine', () => {
  for (const status of CAMPAIGN_STATUSES) {
    for (const transition of CAMPAIGN_TRANSITIONS) {
      const to = EXPECTED[status][transition];
      it(`${to === null ? 'refuses to' : 'lets'} ${transition} a ${status} campaign`, () => {
        expect(statusAfter({ status, closing: false }, transition)).toBe(to);
      });
    }
  }

  it('names the legal transitions of each status', () => {
    expect(CAMPAIGN_STATUSES.map((status) => legalTransitions(status))).toEqual([
      ['start'],
      ['pause', 'complete'],
      ['resume', 'complete'],
      ['reopen'],
    ]);
  });

  it('lets a closing campaign only be paused', () => {
    expect(legalTransitions('running', true)).toEqual(['pause']);
    expect(legalTransitions('paused', true)).toEqual([]);
  });

  it('leads nowhere else while closing', () => {
    const led = CAMPAIGN_STATUSES.flatMap((status) =>
      CAMPAIGN_TRANSITIONS.map((transition) => statusAfter({ status, closing: true }, transition)),
    );
    expect(led.filter((to) => to !== null)).toEqual(['paused']);
    expect(statusAfter({ status: 'running', closing: true }, 'pause')).toBe('paused');
  });

  it('knows every transition, and puts what else must hold into words', () => {
    expect([...CAMPAIGN_TRANSITIONS]).toEqual(['start', 'pause', 'resume', 'complete', 'reopen']);
    const unguarded = CAMPAIGN_MACHINE.filter(({ guard }) => guard === null || !/\w+ \w+/.test(guard));
    expect(unguarded.map(({ transition }) => transition)).toEqual(['pause']);
  });

  it('lets a legal transition pass', () => {
    expect(() => requireLegal({ status: 'draft', closing: false }, 'start')).not.toThrow();
    expect(() => requireLegal({ status: 'running', closing: true }, 'pause')).not.toThrow();
  });

  it('says of a closing campaign that it is, and what can be done about it', () => {
    const refused = (status: CampaignStatus) => () => requireLegal({ status, closing: true }, 'resume');
    expect(refused('running')).toThrow(
      'Cannot resume a campaign that is running and closing; possible: pause.',
    );
    expect(refused('paused')).toThrow(
      'Cannot resume a campaign that is paused and closing; nothing is possible until it has completed.',
    );
    expect(refused('paused')).toThrow(
      expect.objectContaining({ details: { campaignStatus: 'paused', closing: true, legal: [] } }),
    );
  });

  it('refuses an illegal transition with the legal ones in message and details', () => {
    let refusal: unknown;
    try {
      requireLegal({ status: 'running', closing: false }, 'start');
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(DomainError);
    expect(refusal).toMatchObject({
      code: 'illegal_transition',
      message: 'Cannot start a campaign that is running; possible: pause, complete.',
      details: { legal: ['pause', 'complete'] },
    });
  });
});
