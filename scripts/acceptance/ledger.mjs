/** What the carrier's ledger says, attempt by attempt. Pure: entries in, facts out. */

const ATTEMPT_IN_URL = /\/calls\/([0-9a-f-]{36})\/status/;
const CONSENT_INTENTS = ['consent', 'refusal', 'optOut'];

/**
 * @typedef {import('./carrier.mjs').Entry} Entry
 * @typedef {object} Create a request to make a call
 * @property {string} attemptId
 * @property {string} to
 * @property {number} at milliseconds of the carrier's clock when it was received
 * @property {number | null | undefined} httpStatus null: never answered; undefined: not answered yet
 * @property {boolean} placed whether a call came of it
 * @typedef {object} Pressed
 * @property {string} prompt what the person had heard
 * @property {string} keys without the finishing key
 * @property {string} intent
 * @property {number} at when it was pressed, at the earliest: by the carrier's clock, as all of these
 * @property {number | null} acknowledgedAt our webhook answered 2xx: from then on it may not be lost; null: it never did
 * @typedef {object} Call
 * @property {string} attemptId
 * @property {string} sid
 * @property {string} to
 * @property {string} person
 * @property {number} createdAt
 * @property {number | null} heardAt when it was first asked for a key
 * @property {number | null} endedAt
 * @property {string} status as Twilio names it
 * @property {string | null} endedBy
 * @property {boolean} endReported whether the callback of its end was answered 2xx
 * @property {Pressed[]} pressed mistakes left out
 * @typedef {{ creates: Create[], calls: Call[] }} Ledger
 */

/**
 * @param {readonly Entry[]} entries oldest first
 * @param {(url: string) => boolean} [tookIn] whether the answer to a turn said that it was stored, where that is known; a pause to wait for the database is a 2xx that does not
 * @returns {Ledger}
 */
export function readLedger(entries, tookIn = () => true) {
  /** @type {Map<number, Create>} */
  const creates = new Map();
  /** @type {Map<string, Call>} */
  const calls = new Map();
  /** @type {Map<number, (ok: boolean, at: number) => void>} */
  const awaited = new Map();
  for (const entry of entries) {
    const at = Date.parse(entry.at);
    const call = typeof entry.sid === 'string' ? calls.get(entry.sid) : undefined;
    switch (entry.type) {
      case 'create.received': {
        const attemptId = attemptIn(entry.params.StatusCallback);
        creates.set(entry.seq, { attemptId, to: entry.params.To, at, httpStatus: undefined, placed: false });
        break;
      }
      case 'create.answered':
        Object.assign(creates.get(entry.request) ?? {}, { httpStatus: entry.httpStatus });
        break;
      case 'call.created':
        Object.assign(creates.get(entry.request) ?? {}, { placed: true });
        calls.set(entry.sid, newCall(entry, at));
        break;
      case 'call.status':
        if (call === undefined) break;
        call.status = entry.status;
        if (isTerminal(entry.status)) Object.assign(call, { endedAt: at, endedBy: entry.endedBy ?? null });
        break;
      case 'call.heard':
        if (call !== undefined && entry.gather !== null) call.heardAt ??= at;
        break;
      case 'call.meant':
        if (call === undefined || entry.intent === 'silence' || entry.intent === 'mistake') break;
        call.pressed.push({
          prompt: entry.prompt,
          keys: entry.keys.replace('#', ''),
          intent: entry.intent,
          at,
          acknowledgedAt: null,
        });
        break;
      case 'webhook.sent': {
        const acknowledge = whatItTells(entry, call, tookIn);
        if (acknowledge !== undefined) awaited.set(entry.seq, acknowledge);
        break;
      }
      case 'webhook.answered':
        awaited.get(entry.webhook)?.(entry.httpStatus >= 200 && entry.httpStatus < 300, at);
        break;
    }
  }
  return { creates: [...creates.values()], calls: [...calls.values()] };
}

/**
 * @param {Entry} entry
 * @param {number} at
 * @returns {Call}
 */
function newCall(entry, at) {
  return {
    attemptId: attemptIn(entry.order.statusCallback?.url),
    sid: entry.sid,
    to: entry.order.to,
    person: entry.person.kind,
    createdAt: at,
    heardAt: null,
    endedAt: null,
    status: 'queued',
    endedBy: null,
    endReported: false,
    pressed: [],
  };
}

/**
 * @param {Entry} entry a webhook that leaves the carrier
 * @param {Call | undefined} call
 * @param {(url: string) => boolean} tookIn
 * @returns {((ok: boolean, at: number) => void) | undefined} to be told how it was answered, and when
 */
function whatItTells(entry, call, tookIn) {
  if (call === undefined) return undefined;
  if (entry.kind === 'status') {
    if (!isTerminal(entry.params.CallStatus)) return undefined;
    return (ok) => void (call.endReported ||= ok);
  }
  // The last thing that was pressed is what this turn carries; a doubled turn carries it twice, a waiting one in its address.
  const carriesKeys = entry.params.Digits || /[?&]keys=/.test(entry.url);
  const pressed = entry.kind === 'turn' && carriesKeys ? call.pressed.at(-1) : undefined;
  return (
    pressed &&
    ((ok, at) => {
      if (ok && tookIn(entry.url)) pressed.acknowledgedAt ??= at;
    })
  );
}

/**
 * @param {unknown} url
 * @returns {string} the attempt our own URL names; empty for a stranger's call
 */
export function attemptIn(url) {
  return ATTEMPT_IN_URL.exec(String(url))?.[1] ?? '';
}

/**
 * Creates that may have rung somebody: all but those which the carrier refused with a 4xx, unprocessed.
 *
 * @param {Create} create
 */
export function mayHaveRung({ httpStatus, placed }) {
  return placed || !(typeof httpStatus === 'number' && httpStatus >= 400 && httpStatus < 500);
}

/** @param {Call} call */
export function isLive({ endedAt }) {
  return endedAt === null;
}

/**
 * @param {Call} call
 * @param {number} at
 */
export function wasLiveAt({ createdAt, endedAt }, at) {
  return createdAt <= at && (endedAt === null || endedAt > at);
}

/** @param {Pressed} pressed */
export function isConsent({ intent }) {
  return CONSENT_INTENTS.includes(intent);
}

/** @param {string} status */
function isTerminal(status) {
  return ['completed', 'busy', 'no-answer', 'failed', 'canceled'].includes(status);
}
