import { describe, expect, it } from 'vitest';
import { readLedger } from '../../scripts/acceptance/ledger.mjs';
import { disagreements } from '../../scripts/acceptance/truth.mjs';

type Entry = Parameters<typeof readLedger>[0][number];
type Stored = Parameters<typeof disagreements>[0];

const QUESTION = 'Would you visit us again?';
const RULES = { questions: [{ key: 'again', text: QUESTION }], lostAfterMs: 60_000 };
const PHONE = '+12025550100';
const FIRST = '11111111-1111-4111-8111-111111111111';
const SECOND = '22222222-2222-4222-8222-222222222222';
const CONSENT = { prompt: 'May we ask you?', keys: '1', intent: 'consent' };
const ANSWER = { prompt: QUESTION, keys: '2', intent: 'answer' };

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 8, 0, second));

/** Writes a ledger as the carrier does. */
class LedgerPen {
  readonly entries: Entry[] = [];

  write(type: string, fields: object): number {
    const seq = this.entries.length + 1;
    this.entries.push({ seq, at: at(seq).toISOString(), type, ...fields });
    return seq;
  }

  create(attemptId: string, sid: string | null, httpStatus: number | null = 201): this {
    const statusCallback = { url: `http://127.0.0.1/webhooks/twilio/calls/${attemptId}/status#rc=3` };
    const request = this.write('create.received', {
      params: { To: PHONE, StatusCallback: statusCallback.url },
    });
    if (sid !== null) {
      const order = { to: PHONE, statusCallback };
      this.write('call.created', { request, sid, order, person: { kind: 'completes' } });
    }
    this.write('create.answered', { request, httpStatus });
    return this;
  }

  press(sid: string, meant: typeof ANSWER, httpStatus: number | null = 200): this {
    return this.answer(sid, this.pressUnanswered(sid, meant), httpStatus);
  }

  /** The request with the key is under way; the webhook it is, to be answered later. */
  pressUnanswered(sid: string, meant: typeof ANSWER): number {
    this.write('call.meant', { sid, ...meant });
    const url = 'http://127.0.0.1/webhooks/twilio/turns/2';
    return this.write('webhook.sent', { sid, kind: 'turn', url, params: { Digits: meant.keys } });
  }

  answer(sid: string, webhook: number, httpStatus: number | null = 200): this {
    this.write('webhook.answered', { sid, webhook, httpStatus });
    return this;
  }

  /** Of the next entry. */
  get now(): Date {
    return at(this.entries.length + 1);
  }

  end(sid: string, status: string): this {
    this.write('call.status', { sid, status, endedBy: 'document' });
    return this;
  }
}

const interviewed = () =>
  new LedgerPen().create(FIRST, 'CA1').press('CA1', CONSENT).press('CA1', ANSWER).end('CA1', 'completed');

function stored(change: {
  contact?: Partial<Stored['contacts'][number]>;
  attempts?: Partial<Stored['attempts'][number]>[];
  answers?: Stored['answers'];
}): Stored {
  return {
    contacts: [
      {
        id: 'c',
        phone: PHONE,
        state: 'completed',
        disposition: 'completed',
        nextAttemptAt: null,
        suppressed: false,
        ...change.contact,
      },
    ],
    attempts: (change.attempts ?? [{}]).map((attempt) => ({
      id: FIRST,
      contactId: 'c',
      number: 1,
      status: 'ended',
      outcome: 'completed',
      providerCallId: 'CA1',
      claimedAt: at(0),
      dialledAt: at(0),
      slotAt: at(1),
      endedAt: at(30),
      emptyLookUps: 0,
      ...attempt,
    })),
    answers: change.answers ?? [{ contactId: 'c', key: 'again', raw: '2' }],
  };
}

const found = (rows: Stored, pen: LedgerPen) =>
  disagreements(rows, readLedger(pen.entries), RULES).join('\n');

describe('the comparison of the rows with the carrier', () => {
  it('agrees with an interview that is stored as it was keyed', () => {
    expect(found(stored({}), interviewed())).toBe('');
  });

  it('accepts either outcome for a key whose answer got lost with its worker', () => {
    const pen = new LedgerPen()
      .create(FIRST, 'CA1')
      .press('CA1', CONSENT)
      .press('CA1', ANSWER, null)
      .end('CA1', 'completed');
    expect(found(stored({}), pen)).toBe('');
    const unfinished = { state: 'not_reached', disposition: 'hung_up' };
    expect(found(stored({ contact: unfinished, attempts: [{ outcome: 'hung_up' }], answers: [] }), pen)).toBe(
      '',
    );
  });

  it('lets an attempt be offered again that the carrier had refused unprocessed', () => {
    const pen = new LedgerPen().create(FIRST, null, 429);
    pen.create(FIRST, 'CA1').press('CA1', CONSENT).press('CA1', ANSWER).end('CA1', 'completed');
    expect(found(stored({}), pen)).toBe('');
  });

  it.each([
    [
      'a second create for one attempt',
      stored({}),
      interviewed().create(FIRST, null, null),
      'given to the carrier 2 times',
    ],
    [
      'a call of which nothing is stored',
      stored({}),
      interviewed().create(SECOND, 'CA2').end('CA2', 'busy'),
      'of which nothing is stored',
    ],
    [
      'an acknowledged answer that is lost',
      stored({ answers: [] }),
      interviewed(),
      'the answer to "again" is lost',
    ],
    [
      'an answer that was not keyed',
      stored({ answers: [{ contactId: 'c', key: 'again', raw: '1' }] }),
      interviewed(),
      'stored as 1, keyed was 2',
    ],
    [
      'a finished interview that is called again',
      stored({ attempts: [{ outcome: 'hung_up' }], contact: { state: 'not_reached' } }),
      interviewed(),
      'but at the carrier: completed',
    ],
    [
      'an attempt bound to another call',
      stored({ attempts: [{ providerCallId: 'CA9' }] }),
      interviewed(),
      'is bound to CA9',
    ],
    [
      'a contact left to be called',
      stored({ contact: { nextAttemptAt: at(59) } }),
      interviewed(),
      'is still to be called',
    ],
    [
      'an outcome without a call',
      stored({ attempts: [{ outcome: 'no_answer' }], contact: { state: 'not_reached' }, answers: [] }),
      new LedgerPen(),
      'the carrier never made that call',
    ],
    [
      'an attempt given up too early',
      stored({
        attempts: [{ outcome: 'lost', providerCallId: null, emptyLookUps: 2 }],
        contact: { state: 'not_reached' },
        answers: [],
      }),
      new LedgerPen(),
      'was given up after 29000 ms',
    ],
    [
      'a canceled attempt that rang',
      stored({ attempts: [{ outcome: 'canceled' }], contact: { state: 'pending' }, answers: [] }),
      new LedgerPen().create(FIRST, null, null),
      'was given to the carrier all the same',
    ],
    [
      'a retry claimed before the attempt before it was resolved',
      stored({
        attempts: [
          { outcome: 'busy' },
          { id: SECOND, number: 2, providerCallId: 'CA2', claimedAt: at(29), endedAt: at(50) },
        ],
      }),
      new LedgerPen()
        .create(FIRST, 'CA1')
        .end('CA1', 'busy')
        .create(SECOND, 'CA2')
        .press('CA2', CONSENT)
        .press('CA2', ANSWER)
        .end('CA2', 'completed'),
      'claimed before attempt 1 was resolved',
    ],
    [
      'an opt-out that is not on the list',
      stored({ attempts: [{ outcome: 'refused' }], contact: { state: 'refused' }, answers: [] }),
      new LedgerPen()
        .create(FIRST, 'CA1')
        .press('CA1', { ...CONSENT, keys: '9', intent: 'optOut' })
        .end('CA1', 'completed'),
      'not on the do-not-call list',
    ],
  ])('finds %s', (_what, rows, pen, complaint) => {
    expect(found(rows, pen)).toContain(complaint);
  });
});

/**
 * A person consents, presses the last key and hangs up; the key arrives when a second attempt is under way, or when the
 * pen says so.
 */
function lateKey(
  key: typeof ANSWER,
  second: (pen: LedgerPen, arrive: () => void) => { outcome: string; providerCallId: string | null },
) {
  const pen = new LedgerPen().create(FIRST, 'CA1').press('CA1', CONSENT);
  const late = pen.pressUnanswered('CA1', key);
  pen.end('CA1', 'completed');
  const endedAt = pen.now;
  pen.write('callback.fault', {});
  const dialledAt = pen.now;
  const next = second(pen, () => pen.answer('CA1', late));
  const rows = (first: string, contact: Partial<Stored['contacts'][number]>, answers?: Stored['answers']) =>
    stored({
      contact,
      attempts: [
        { outcome: first, endedAt },
        {
          id: SECOND,
          number: 2,
          claimedAt: endedAt,
          dialledAt,
          slotAt: dialledAt,
          endedAt: pen.now,
          ...next,
        },
      ],
      ...(answers === undefined ? {} : { answers }),
    });
  return { pen, rows };
}

const REFUSAL = { ...CONSENT, keys: '2', intent: 'refusal' };
const COMPLETED = { state: 'completed', disposition: 'completed' };
const WITHOUT_ANSWER = { state: 'not_reached', disposition: 'no_answer' };

/** What the second attempt comes to while the last key of the first arrives. */
const MEANWHILE = {
  'nobody answers': (pen: LedgerPen, arrive: () => void) => {
    pen.create(SECOND, 'CA2');
    arrive();
    pen.end('CA2', 'no-answer');
    return { outcome: 'no_answer', providerCallId: 'CA2' };
  },
  'the person hangs up again': (pen: LedgerPen, arrive: () => void) => {
    pen.create(SECOND, 'CA2');
    arrive();
    pen.end('CA2', 'completed');
    return { outcome: 'completed', providerCallId: 'CA2' };
  },
  'the carrier takes no calls': (pen: LedgerPen, arrive: () => void) => {
    arrive();
    pen.create(SECOND, null, 429);
    return { outcome: 'canceled', providerCallId: null };
  },
};

describe('the comparison of a last key that arrives while the next attempt is under way', () => {
  it.each(Object.entries(MEANWHILE))(
    'agrees that the contact has completed and the first attempt stands, when %s',
    (_what, second) => {
      const { pen, rows } = lateKey(ANSWER, second);
      expect(found(rows('hung_up', COMPLETED), pen)).toBe('');
      expect(found(rows('partial', COMPLETED), pen)).toBe('');
    },
  );

  it('agrees as well when the first attempt was corrected', () => {
    const { pen, rows } = lateKey(ANSWER, MEANWHILE['nobody answers']);
    expect(found(rows('completed', COMPLETED), pen)).toBe('');
  });

  it.each(Object.entries(MEANWHILE))(
    'misses the finished interview that is not counted, when %s',
    (_what, second) => {
      const { pen, rows } = lateKey(ANSWER, second);
      expect(found(rows('hung_up', WITHOUT_ANSWER), pen)).toContain('is not_reached (no_answer) though');
    },
  );

  it('misses the finished interview that was not counted for an attempt that was never offered', () => {
    const { pen, rows } = lateKey(ANSWER, MEANWHILE['the carrier takes no calls']);
    const evidence = rows('hung_up', COMPLETED);
    evidence.attempts[1]!.dialledAt = null;
    expect(found(evidence, pen)).toContain('attempt 1 (hung_up) but at the carrier: completed');
  });

  it('agrees that a refusal which arrives then is counted at once, and misses it otherwise', () => {
    const { pen, rows } = lateKey(REFUSAL, (line, arrive) => {
      line.create(SECOND, 'CA2');
      arrive();
      line.end('CA2', 'canceled');
      return { outcome: 'failed', providerCallId: 'CA2' };
    });
    expect(found(rows('refused', { state: 'refused', disposition: 'refused' }, []), pen)).toBe('');
    expect(found(rows('hung_up', { state: 'not_reached', disposition: 'failed' }, []), pen)).toContain(
      'though the person refused',
    );
  });

  it('agrees with a call that we ended before the last key of the person came', () => {
    const pen = new LedgerPen().create(FIRST, 'CA1').press('CA1', CONSENT);
    const late = pen.pressUnanswered('CA1', ANSWER);
    const endedAt = pen.end('CA1', 'completed').now;
    pen.answer('CA1', late);
    const attempts = [{ outcome: 'failed', hangUpAsked: true, endedAt }];
    expect(found(stored({ attempts }), pen)).toBe('');
    const early = [{ outcome: 'failed', hangUpAsked: true, endedAt: at(59) }];
    expect(found(stored({ attempts: early }), pen)).toContain('(failed) but at the carrier: completed');
  });

  it('misses a contact that is completed and none of whose attempts is, without a newer call to explain it', () => {
    const pen = new LedgerPen().create(FIRST, 'CA1').press('CA1', CONSENT);
    pen.press('CA1', ANSWER, null).end('CA1', 'completed');
    expect(found(stored({ attempts: [{ outcome: 'hung_up' }] }), pen)).toContain('is completed after');
  });
});

describe('the comparison of somebody who says one thing and then another', () => {
  const said = (...keys: (typeof ANSWER)[]) => {
    const pen = new LedgerPen().create(FIRST, 'CA1');
    for (const one of keys) pen.press('CA1', one);
    return pen.end('CA1', 'completed');
  };
  const refused = {
    attempts: [{ outcome: 'refused' }],
    contact: { state: 'refused', disposition: 'refused' },
  };

  it('agrees with what came first', () => {
    expect(found(stored({}), said(CONSENT, ANSWER, REFUSAL))).toBe('');
    expect(found(stored({ ...refused }), said(REFUSAL, ANSWER))).toBe('');
  });

  it('misses it where the other was counted', () => {
    expect(found(stored({ ...refused }), said(CONSENT, ANSWER, REFUSAL))).toContain(
      'though the person completed',
    );
    expect(found(stored({}), said(REFUSAL, ANSWER))).toContain('though the person refused');
  });
});

describe('the comparison of somebody taken out in a call that they finished', () => {
  const takenOut = (disposition: string) =>
    found(stored({ contact: { state: 'not_reached', disposition, suppressed: true } }), interviewed());

  it('misses the finished interview of a number that was suppressed', () => {
    expect(takenOut('suppressed')).toContain('is not_reached (suppressed) though');
  });

  it('agrees that whoever was withdrawn stays withdrawn', () => {
    expect(takenOut('withdrawn')).toBe('');
  });
});
