import { describe, expect, it } from 'vitest';
import { generated, withGenerated } from '../../scripts/states/diagrams.mjs';
import { CAMPAIGN_STATUSES } from '../../src/campaign/contracts/campaigns.js';
import { DEFAULT_RETRY, type RetryRule } from '../../src/campaign/domain/calling-policy.js';
import { CAMPAIGN_MACHINE } from '../../src/campaign/domain/campaign-machine.js';
import { CONTACT_STATES, DISPOSITIONS } from '../../src/contact/contracts/contact-state.js';
import { CONTACT_GUARDS, CONTACT_MACHINE } from '../../src/contact/domain/contact-machine.js';
import { CALL_OUTCOMES, CALL_STATUSES } from '../../src/telephony/contracts/call-attempt.js';
import { CALL_RANK, effectOf, mayBeCorrected } from '../../src/telephony/domain/call-lifecycle.js';
import { CALL_GUARDS, CALL_MACHINE, OUTCOME_CORRECTIONS } from '../../src/telephony/domain/call-machine.js';
import { signalOf } from '../../src/telephony/providers/twilio/twilio-messages.js';
import { bare, diagramOf, documentAt, section, tableRows } from './markdown.js';

const STATES = documentAt('docs/states.md');
const campaign = section(STATES, '## Campaign');
const contact = section(STATES, '## Contact');
const attempt = section(STATES, '## Call attempt');

const campaigns = documentAt('migrations/1763856000002-campaigns-and-surveys.ts');
const contacts = documentAt('migrations/1763856000003-contacts.ts');
const calls = documentAt('migrations/1763856000004-calls.ts');

/** The words of `CHECK (<column> IN ('a', 'b'))`. */
function checked(migration: string, column: string): string[] {
  const list = new RegExp(`CHECK \\(${column} IN \\(([^)]+)\\)`).exec(migration)?.[1] ?? '';
  return quoted(list);
}

function quoted(list: string): string[] {
  return [...list.matchAll(/'([a-z_]+)'/g)].map(([, word]) => word!);
}

function edges(list: readonly { from: string; to: string }[]): string[] {
  const between = list.filter(({ from, to }) => from !== to);
  return [...new Set(between.map(({ from, to }) => `${from} -> ${to}`))].toSorted();
}

/** First column of the tables of a section, the generated ones apart. */
function documentedStates(text: string): string[] {
  return tableRows(text.replace(/<!-- generated: [^]*?<!-- end: .*? -->/g, ''))
    .map(([state]) => bare(state!))
    .filter((state) => /^[a-z_]+$/.test(state));
}

describe('the generated parts of docs/states.md', () => {
  const parts = generated({ CAMPAIGN_MACHINE, CONTACT_MACHINE, CONTACT_GUARDS, CALL_MACHINE, CALL_GUARDS });

  it('are what the state tables of the code say', () => {
    expect(STATES).toBe(withGenerated(STATES, parts));
  });

  it('change when a table does', () => {
    const [first, ...rest] = CONTACT_MACHINE;
    const other = { ...first!, to: 'refused' as const };
    const changed = {
      CAMPAIGN_MACHINE,
      CONTACT_MACHINE: [other, ...rest],
      CONTACT_GUARDS,
      CALL_MACHINE,
      CALL_GUARDS,
    };
    expect(withGenerated(STATES, generated(changed))).not.toBe(STATES);
  });

  it('cannot be written where the document has no place for them', () => {
    expect(() => withGenerated('# States', parts)).toThrow('there is no place for "campaign"');
  });
});

describe('the states of a campaign in docs/states.md', () => {
  it('are those of code and database', () => {
    expect(documentedStates(campaign)).toEqual(CAMPAIGN_STATUSES);
    expect(checked(campaigns, 'status')).toEqual(CAMPAIGN_STATUSES);
  });

  it('change as the code says', () => {
    expect(edges(diagramOf(campaign))).toEqual(edges(CAMPAIGN_MACHINE));
  });
});

describe('the states of a contact in docs/states.md', () => {
  it('are those of code and database', () => {
    expect(documentedStates(section(contact, '## Contact').split('### Disposition')[0]!)).toEqual(
      CONTACT_STATES,
    );
    expect(checked(contacts, 'state')).toEqual(CONTACT_STATES);
  });

  it('change as the code says', () => {
    expect(edges(diagramOf(contact))).toEqual(edges(CONTACT_MACHINE));
  });

  it('have a disposition that is listed', () => {
    const text = section(STATES, '### Disposition');
    const calls = /It is a call outcome \(([^)]+)\)/.exec(text)![1]!;
    const listed = [...calls.matchAll(/`([a-z_]+)`/g)].map(([, word]) => word!);
    const others = tableRows(text).map(([word]) => bare(word!));
    expect([...listed, ...others].toSorted()).toEqual(DISPOSITIONS.toSorted());
  });
});

describe('the states of a call attempt in docs/states.md', () => {
  it('are those of code, database and rank', () => {
    expect(documentedStates(attempt.split('### Signals')[0]!)).toEqual(CALL_STATUSES);
    expect(checked(calls, 'status')).toEqual(CALL_STATUSES);
    expect(CALL_STATUSES.toSorted((a, b) => CALL_RANK[a] - CALL_RANK[b])).toEqual(CALL_STATUSES);
  });

  it('change as the code says', () => {
    expect(edges(diagramOf(attempt))).toEqual(edges(CALL_MACHINE));
  });

  it('follow the signals of the table, in the words of Twilio', () => {
    const rows = tableRows(section(STATES, '### Signals'));
    expect(rows.length).toBe(9);
    for (const [word, kind, to] of rows.map((row) => row.map(bare))) {
      const signal = signalOf(word, null, null)!;
      expect([word, signal.kind]).toEqual([word, kind]);
      // A dialled attempt is already where the first two lead.
      const effect = effectOf({ status: 'dialing', carrierEnd: null, interviewResult: null }, signal);
      const leads = effect.kind === 'progress' ? effect.to : effect.kind === 'none' ? 'dialing' : 'ended';
      expect([word, leads]).toEqual([word, to]);
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

  it('name those that a late turn may correct, as the code does', () => {
    const paragraph = /\*\*Corrected once\*\*:([^]*?) may become ([^]*?) when/.exec(attempt)!;
    const named = (text: string) => [...text.matchAll(/`([a-z_]+)`/g)].map(([, word]) => word!).toSorted();
    expect(named(paragraph[1]!)).toEqual(
      CALL_OUTCOMES.filter((outcome) => mayBeCorrected(outcome, false)).toSorted(),
    );
    expect(named(paragraph[2]!)).toEqual(OUTCOME_CORRECTIONS.to.toSorted());
  });
});
