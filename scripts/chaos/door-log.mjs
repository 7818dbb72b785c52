/** What the workers answered the carrier, seen by the balancer in front of them: each 2xx is a promise that it is stored. */
import { APOLOGY } from './cast.mjs';

/**
 * @typedef {'prompt' | 'wait' | 'apology' | 'hangUp'} Said `prompt`: the next one, which says that the turn is stored
 * @typedef {object} Promised
 * @property {'status' | 'turn'} kind
 * @property {string} attemptId
 * @property {string} sid
 * @property {string | null} callStatus
 * @property {number | null} turn
 * @property {string} keys
 * @property {Said | null} said
 * @property {number} at
 */

const WEBHOOK = /^\/webhooks\/twilio\/calls\/([0-9a-f-]{36})\/(status|turns\/(\d+))(?:\?(.*))?$/;

export class DoorLog {
  /** @type {Promised[]} */
  promised = [];
  /** @type {Map<string, Said>} what was last said to a turn, by path and query */
  #said = new Map();

  /** @param {{ method: string, path: string, body: Buffer, status: number, answer: Buffer }} passed */
  add({ path, body, status, answer }) {
    const found = WEBHOOK.exec(path);
    if (found === null || status < 200 || status >= 300) return;
    const [, attemptId = '', what, turn, query] = found;
    const form = new URLSearchParams(body.toString('utf8'));
    const carried = new URLSearchParams(query ?? '');
    const isTurn = what !== 'status';
    const said = isTurn ? saidIn(answer.toString('utf8')) : null;
    if (said !== null) this.#said.set(path, said);
    this.promised.push({
      kind: isTurn ? 'turn' : 'status',
      attemptId,
      sid: form.get('CallSid') ?? '',
      callStatus: isTurn ? null : form.get('CallStatus'),
      turn: isTurn ? Number(turn) : null,
      keys: carried.has('waited') ? (carried.get('keys') ?? '') : (form.get('Digits') ?? ''),
      said,
      at: Date.now(),
    });
  }

  /**
   * @param {string} url of a turn, as the carrier's ledger has it
   * @returns {boolean} whether what the person heard next says that the turn was stored
   */
  tookIn(url) {
    const { pathname, search } = new URL(url);
    return this.#said.get(pathname + search) === 'prompt';
  }
}

/**
 * @param {string} twiml
 * @returns {Said}
 */
export function saidIn(twiml) {
  if (/<Redirect[^>]*>[^<]*\?(?:[^<]*;)?waited=/.test(twiml)) return 'wait';
  if (twiml.includes(APOLOGY)) return 'apology';
  return twiml.includes('<Say') || twiml.includes('<Gather') ? 'prompt' : 'hangUp';
}
