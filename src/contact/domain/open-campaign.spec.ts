import { describe, expect, it } from 'vitest';
import { CAMPAIGN_STATUSES } from '../../campaign/contracts/campaigns.js';
import { refuseIfClosed } from './open-campaign.js';

const CLOSING = new Date('2026-11-22T09:00:00Z');
const CLOSED = expect.objectContaining({ code: 'campaign_closed' });

describe('a campaign', () => {
  it.each(CAMPAIGN_STATUSES.filter((status) => status !== 'completed'))(
    'takes people while it is %s, unless it is closing',
    (status) => {
      expect(() => refuseIfClosed({ status, closingAt: null })).not.toThrow();
      expect(() => refuseIfClosed({ status, closingAt: CLOSING })).toThrow(CLOSED);
    },
  );

  it('takes nobody once it has completed', () => {
    expect(() => refuseIfClosed({ status: 'completed', closingAt: null })).toThrow(CLOSED);
  });
});
