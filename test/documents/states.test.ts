import { describe, expect, it } from 'vitest';
import { CAMPAIGN_STATUSES } from '../../src/campaign/contracts/campaigns.js';
import { DEFAULT_RETRY, type RetryRule } from '../../src/campaign/domain/calling-policy.js';
import { CAMPAIGN_MACHINE } from '../../src/campaign/domain/campaign-machine.js';
import { CONTACT_STATES } from '../../src/contact/contracts/contact-state.js';
import { CALL_OUTCOMES, CALL_STATUSES, type CallStatus } from '../../src/telephony/contracts/call-attempt.js';
import { CALL_RANK, effectOf, mayBeCorrected } from '../../src/telephony/domain/call-lifecycle.js';
import { signalOf } from '../../src/telephony/providers/twilio/twilio-messages.js';
import { bare, diagramOf, documentAt, section, tableRows } from './markdown.js';

const STATES = documentAt('docs/states.md');
const campaign = section(STATES, '## Campaign');
const contact = section(STATES, '## Contact');
const attempt = section(STATES, '## Call attempt');

const campaigns = documentAt('migrations/1763856000002-campaigns-and-surveys.ts');
const contacts = documentAt('migrations/1763856000003-contacts.ts');
const calls = documentAt('migrations/1763856000004-calls.ts');
const guards = documentAt('migrations/1763856000005-state-guards.ts');

/** The words of `CHECK (<column> IN ('a', 'b'))`. */
function checked(migration: string, column: string): string[] {
  const list = new RegExp(`CHECK \\(${column} IN \\(([^)]+)\\)`).exec(migration)?.[1] ?? '';
  return quoted(list);
}

function quoted(list: string): string[] {
  return [...list.matchAll(/'([a-z_]+)'/g)].map(([, word]) => word!);
}

function edges(list: { from: string; to: string }[]): string[] {
  return [...new Set(list.map(({ from, to }) => `${from} -> ${to}`))].toSorted();
}

/** First column of the first table of a section. */
function documentedStates(text: string): string[] {
  return tableRows(text)
    .map(([state]) => bare(state!))
    .filter((state) => /^[a-z_]+$/.test(state));
}

describe('the states of a campaign in docs/states.md', () => {
  it('are those of code and database', () => {
    expect(documentedStates(campaign)).toEqual(CAMPAIGN_STATUSES);
    expect(checked(campaigns, 'status')).toEqual(CAMPAIGN_STATUSES);
  });

  it('change as code and database say', () => {
    const diagram = diagramOf(campaign);
    expect(edges(diagram)).toEqual(edges([...CAMPAIGN_MACHINE]));
    expect(diagram.map(({ from, to, label }) => `${label}: ${from} -> ${to}`).toSorted()).toEqual(
      CAMPAIGN_MACHINE.map(({ transition, from, to }) => `${transition}: ${from} -> ${to}`).toSorted(),
    );
    const guarded = [...campaigns.matchAll(/\('([a-z]+)', '([a-z]+)'\)/g)]
      .map(([, from, to]) => ({ from: from!, to: to! }))
      .filter(({ from, to }) => [from, to].every((word) => (CAMPAIGN_STATUSES as string[]).includes(word)));
    expect(edges(guarded)).toEqual(edges(diagram));
  });
});

describe('the states of a contact in docs/states.md', () => {
  it('are those of code and database', () => {
    expect(documentedStates(section(contact, '## Contact').split('### Disposition')[0]!)).toEqual(
      CONTACT_STATES,
    );
    expect(checked(contacts, 'state')).toEqual(CONTACT_STATES);
  });

  it('change as the trigger permits, the reset apart', () => {
    const diagram = diagramOf(contact);
    const steps = guards.matchAll(
      /OLD\.state = '([a-z_]+)' AND NEW\.state (?:IN \(([^)]+)\)|= '([a-z_]+)')/g,
    );
    const permitted = [...steps].flatMap(([, from, list, one]) =>
      (list === undefined ? [one!] : quoted(list)).map((to) => ({ from: from!, to })),
    );
    expect(permitted.length).toBeGreaterThan(5);
    expect(edges(diagram.filter(({ label }) => label !== 'reset'))).toEqual(edges(permitted));
  });

  it('are reset from every other state', () => {
    const resets = diagramOf(contact).filter(({ label }) => label === 'reset');
    const others = CONTACT_STATES.filter((state) => state !== 'pending');
    expect(edges(resets)).toEqual(edges(others.map((from) => ({ from, to: 'pending' }))));
  });
});

describe('the states of a call attempt in docs/states.md', () => {
  it('are those of code, database and rank', () => {
    const documented = documentedStates(attempt.split('### Signals')[0]!);
    expect(documented).toEqual(CALL_STATUSES);
    expect(checked(calls, 'status')).toEqual(CALL_STATUSES);
    expect(quoted(/array_position\(ARRAY\[([^\]]+)\]/.exec(guards)![1]!)).toEqual(CALL_STATUSES);
    expect(CALL_STATUSES.toSorted((a, b) => CALL_RANK[a] - CALL_RANK[b])).toEqual(CALL_STATUSES);
  });

  it('change as carrier signals move them, besides the steps of the dial itself', () => {
    const byDial = [
      { from: 'claimed', to: 'dialing' },
      { from: 'claimed', to: 'ended' },
      { from: 'dialing', to: 'claimed' },
    ];
    expect(edges(diagramOf(attempt))).toEqual(edges([...byDial, ...bySignals()]));
  });

  it('follow the signals of the table, in the words of Twilio', () => {
    const rows = tableRows(section(STATES, '### Signals'));
    expect(rows.length).toBe(9);
    for (const [word, kind, to] of rows.map((row) => row.map(bare))) {
      const signal = signalOf(word, null, null)!;
      expect([word, signal.kind]).toEqual([word, kind]);
      const effect = effectOf({ status: 'claimed', carrierEnd: null, interviewResult: null }, signal);
      expect([word, effect.kind === 'progress' ? effect.to : 'ended']).toEqual([word, to]);
    }
  });
});

describe('the outcomes of a call in docs/states.md', () => {
  const rows = tableRows(section(STATES, '### Outcome'));
  const words = rows.map(([outcome]) => bare(outcome!));

  it('are those of code and database', () => {
    expect(words).toEqual(CALL_OUTCOMES);
    expect(checked(calls, 'outcome').toSorted()).toEqual(CALL_OUTCOMES.toSorted());
  });

  it('have the delays that stand where an operator says nothing', () => {
    const written = Object.fromEntries(
      rows.filter((row) => row[4] !== '').map((row) => [bare(row[0]!), row[4]!.split(', ')]),
    ) as Record<RetryRule, string[]>;
    expect(written).toEqual(DEFAULT_RETRY);
  });

  it('name those that a late turn may correct, as code and trigger do', () => {
    const paragraph = /\*\*Corrected once\*\*:([^]*?) may become ([^]*?) when/.exec(attempt)!;
    const named = (text: string) => [...text.matchAll(/`([a-z_]+)`/g)].map(([, word]) => word!).toSorted();
    expect(named(paragraph[1]!)).toEqual(
      CALL_OUTCOMES.filter((outcome) => mayBeCorrected(outcome, false)).toSorted(),
    );
    const trigger = /OLD\.outcome IN \(([^)]+)\)\s+AND NEW\.outcome IN \(([^)]+)\)/.exec(guards)!;
    expect(quoted(trigger[1]!).toSorted()).toEqual(named(paragraph[1]!));
    expect(quoted(trigger[2]!).toSorted()).toEqual(named(paragraph[2]!));
  });
});

/** Where each signal leads from each status after the dial. */
function bySignals(): { from: CallStatus; to: CallStatus }[] {
  const kinds = [
    'queued',
    'initiated',
    'ringing',
    'in-progress',
    'completed',
    'busy',
    'no-answer',
    'failed',
    'canceled',
  ];
  return CALL_STATUSES.filter((status) => status !== 'claimed').flatMap((from) =>
    kinds.flatMap((word) => {
      const effect = effectOf(
        { status: from, carrierEnd: null, interviewResult: null },
        signalOf(word, null, null)!,
      );
      if (effect.kind === 'none') return [];
      return [{ from, to: effect.kind === 'progress' ? effect.to : ('ended' as const) }];
    }),
  );
}
