import { describe, expect, it } from 'vitest';
import { DomainError } from '../../shared/errors/domain-error.js';
import { CAMPAIGN_STATUSES, type CampaignStatus } from '../contracts/campaigns.js';
import {
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
