import { describe, expect, it } from 'vitest';
import { CONTACT_STATES, DISPOSITIONS } from '../contracts/contact-state.js';
import {
  CONTACT_EVENTS,
  CONTACT_GUARDS,
  CONTACT_MACHINE,
  type ContactEvent,
  contactSteps,
  DISPOSITIONS_OF,
} from './contact-machine.js';

/** Where every event leads from pending, in_progress, completed, refused, not_reached: state, next attempt, guard. */
const LEADS: Record<ContactEvent, string[][]> = {
  claim: [['in_progress none'], [], [], [], ['in_progress none, due']],
  give_back: [[], ['pending set, from_there', 'not_reached set, from_there'], [], [], []],
  complete: [[], ['completed none'], [], [], ['completed none, not_overruled']],
  refuse: [[], ['refused none'], [], [], ['refused none']],
  miss: [[], ['not_reached planned'], [], [], []],
  dismiss: [['not_reached none'], ['not_reached none'], [], [], ['not_reached none, due']],
  reset: CONTACT_STATES.map(() => ['pending set, no_attempt_left']),
};

describe('the table of a contact', () => {
  it('knows every event', () => {
    expect([...CONTACT_EVENTS].toSorted()).toEqual(Object.keys(LEADS).toSorted());
  });

  for (const event of Object.keys(LEADS) as ContactEvent[]) {
    it(`says of every state where ${event} leads`, () => {
      const steps = CONTACT_STATES.map((state) =>
        contactSteps(state, event).map(
          ({ to, next, guard }) => `${to} ${next}${guard === null ? '' : `, ${guard}`}`,
        ),
      );
      expect(steps).toEqual(LEADS[event]);
    });
  }

  it('has no other step', () => {
    expect(CONTACT_MACHINE.length).toBe(Object.values(LEADS).flat(2).length);
  });

  it('puts every guard into words', () => {
    for (const words of Object.values(CONTACT_GUARDS)) expect(words).toMatch(/\w+ \w+/);
  });

  it('leaves the completed and the refused by a reset only', () => {
    const left = CONTACT_MACHINE.filter(({ from }) => from === 'completed' || from === 'refused');
    expect(new Set(left.map(({ event }) => event))).toEqual(new Set(['reset']));
  });
});

describe('what a contact stands for', () => {
  it('is nothing while pending, and fits the state afterwards', () => {
    const unreached = DISPOSITIONS.filter((word) => !['completed', 'refused', 'opted_out'].includes(word));
    expect(DISPOSITIONS_OF).toEqual({
      pending: [],
      in_progress: unreached,
      completed: ['completed'],
      refused: ['refused', 'opted_out'],
      not_reached: unreached,
    });
    expect(unreached.length).toBe(DISPOSITIONS.length - 3);
  });
});
