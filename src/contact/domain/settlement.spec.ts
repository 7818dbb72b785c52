import { describe, expect, it } from 'vitest';
import { CONTACT_STATES, type Disposition } from '../contracts/contact-state.js';
import { maySettle } from './settlement.js';

const TARGETS = ['completed', 'refused', 'not_reached'] as const;
const DUE = new Date('2026-11-22T09:00:00Z');

describe('maySettle', () => {
  it('lets a contact in a call end in every way, and leaves the never called and the final alone', () => {
    const table = CONTACT_STATES.flatMap((state) =>
      TARGETS.map(
        (to) =>
          `${state} ${to} ${maySettle({ state, disposition: null, nextAttemptAt: state === 'pending' ? DUE : null }, to)}`,
      ),
    );
    expect(table).toEqual([
      'pending completed false',
      'pending refused false',
      'pending not_reached false',
      'in_progress completed true',
      'in_progress refused true',
      'in_progress not_reached true',
      'completed completed false',
      'completed refused false',
      'completed not_reached false',
      'refused completed false',
      'refused refused false',
      'refused not_reached false',
      'not_reached completed true',
      'not_reached refused true',
      'not_reached not_reached false',
    ]);
  });

  it.each([
    ['hung_up', true],
    ['partial', true],
    ['no_response', true],
    ['lost', true],
    ['exhausted', true],
    ['suppressed', true],
    ['campaign_over', true],
    ['busy', true],
    ['machine', true],
    ['withdrawn', false],
    ['not_placed', false],
  ] as [Disposition, boolean][])(
    'a finished interview overrules a final %s: %s',
    (disposition, permitted) => {
      const contact = { state: 'not_reached', disposition, nextAttemptAt: null } as const;
      expect(maySettle(contact, 'completed')).toBe(permitted);
      expect(maySettle({ ...contact, nextAttemptAt: DUE }, 'completed')).toBe(true);
    },
  );
});
