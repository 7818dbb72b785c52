import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTACT_STATES, type ContactState, type Disposition } from '../contracts/contact-state.js';
import { DISPOSITIONS_OF } from './contact-machine.js';
import { maySettle } from './settlement.js';

/** A variable asks for more: ten times as many take some seconds. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 10_000);

interface Contact {
  state: ContactState;
  disposition: Disposition | null;
  nextAttemptAt: Date | null;
}
interface Settlement {
  to: 'completed' | 'refused' | 'not_reached';
  disposition: Disposition;
  again: boolean;
}

const DUE = new Date('2026-11-22T09:00:00Z');
const settlement: fc.Arbitrary<Settlement> = fc
  .constantFrom('completed' as const, 'refused' as const, 'not_reached' as const)
  .chain((to) =>
    fc.record({
      to: fc.constant(to),
      disposition: fc.constantFrom(...DISPOSITIONS_OF[to]),
      again: to === 'not_reached' ? fc.boolean() : fc.constant(false),
    }),
  );
/** Whatever may come, in any order: settlements of its calls, early and late, and claims between them. */
const life = fc.array(fc.oneof(settlement, fc.constant('claim' as const)), { maxLength: 20 });

function settled(contact: Contact, { to, disposition, again }: Settlement): Contact {
  if (!maySettle(contact, to)) return contact;
  return { state: to, disposition, nextAttemptAt: again ? DUE : null };
}

function claimed(contact: Contact): Contact {
  if (contact.state === 'in_progress' || contact.nextAttemptAt === null) return contact;
  return { ...contact, state: 'in_progress', nextAttemptAt: null };
}

/** Plainly thrown: an `expect` per step would cost more than the steps. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** What breaks the property, shrunk; null when nothing does. */
function counterexample<T extends [unknown, ...unknown[]]>(
  property: fc.IProperty<T>,
  numRuns = RUNS,
): string | null {
  return fc.defaultReportMessage(fc.check(property, { numRuns })) ?? null;
}

describe('a contact, whatever settlements reach it in whatever order', { timeout: 120_000 }, () => {
  it('keeps a refusal and a finished interview for good', () => {
    expect(
      counterexample(
        fc.property(life, (events) => {
          let contact: Contact = { state: 'pending', disposition: null, nextAttemptAt: DUE };
          for (const event of events) {
            const before = contact;
            contact = event === 'claim' ? claimed(contact) : settled(contact, event);
            const { state, disposition, nextAttemptAt } = contact;
            if (before.state === 'completed' || before.state === 'refused')
              must(contact === before, 'left its end');
            if (state !== 'completed' && state !== 'refused') continue;
            must(nextAttemptAt === null, 'is called again');
            must(
              disposition !== null && DISPOSITIONS_OF[state].includes(disposition),
              `stands for ${disposition}`,
            );
          }
        }),
      ),
    ).toBe(null);
  });

  it('is settled while in a call by anything, and without one by the person only', () => {
    const contact = fc.record({
      state: fc.constantFrom(...CONTACT_STATES),
      disposition: fc.option(fc.constantFrom(...DISPOSITIONS_OF.not_reached)),
      nextAttemptAt: fc.constantFrom(null, DUE),
    });
    expect(
      counterexample(
        fc.property(contact, settlement, (before, { to }) => {
          const { state, disposition, nextAttemptAt } = before;
          const takenOut = disposition === 'withdrawn' || disposition === 'not_placed';
          const byPerson = state === 'not_reached' && to !== 'not_reached';
          const expected =
            state === 'in_progress' ||
            (byPerson && (to === 'refused' || nextAttemptAt !== null || !takenOut));
          must(maySettle(before, to) === expected, `settles: ${!expected}`);
        }),
      ),
    ).toBe(null);
  });
});
