/** Campaigns, and people added to them as long as the run lasts, so that calls are always under way. */
import { problemText } from '../demo/api-client.mjs';
import { delay } from '../lib/project.mjs';
import { rowsOf } from '../acceptance/rows.mjs';
import { campaigns, numbers } from './cast.mjs';
import { drawsOf } from './chance.mjs';

const FIRST_BATCH = 15;
const LOOK_MS = 700;
const TIMEOUT_MS = 8_000;

/** Answered with a problem: asking again the same way would be answered the same. */
export class Refused extends Error {
  /**
   * @param {string} message
   * @param {number} status
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @typedef {(method: string, path: string, body?: unknown) => Promise<any>} Api
 */

/**
 * @param {string} baseUrl
 * @param {string} apiKey
 * @param {AbortSignal} signal
 * @returns {Api}
 */
export function apiOf(baseUrl, apiKey, signal) {
  return async (method, path, body) => {
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: { 'x-api-key': apiKey, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = await response.text();
    if (response.ok) return text === '' ? null : JSON.parse(text);
    const message = problemText(`${method} ${path}`, response.status, parsed(text));
    throw response.status < 500 ? new Refused(message, response.status) : new Error(message);
  };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * @param {() => Promise<unknown>} ask
 * @param {AbortSignal} signal
 * @returns {Promise<void>} once it was done or refused; until then it is tried again, as an operator would
 */
export async function insist(ask, signal) {
  for (;;) {
    signal.throwIfAborted();
    try {
      await ask();
      return;
    } catch (error) {
      if (error instanceof Refused) return;
      await delay(300);
    }
  }
}

export class Load {
  /** @type {string[]} */
  campaignIds = [];
  added = 0;
  #form;
  #api;
  #pool;
  #signal;
  #next;
  #draws;
  /** @type {Map<string, Set<string>>} */
  #known = new Map();
  #goesOn = true;

  /**
   * @param {{ seed: string, form: import('./cast.mjs').Form, api: Api, pool: import('pg').Pool, signal: AbortSignal }} options
   */
  constructor({ seed, form, api, pool, signal }) {
    this.#form = form;
    this.#api = api;
    this.#pool = pool;
    this.#signal = signal;
    this.#next = numbers(seed);
    this.#draws = drawsOf(seed, 'load');
  }

  async begin() {
    for (const campaign of campaigns(this.#form)) {
      const { id } = await this.#api('POST', '/campaigns', campaign);
      this.campaignIds.push(id);
      this.#known.set(id, new Set());
      await this.#add(id, FIRST_BATCH);
      await this.#api('POST', `/campaigns/${id}/start`);
    }
  }

  /** Until told to stop. */
  async keepUp() {
    while (this.#goesOn && !this.#signal.aborted) {
      const waiting = await this.#waiting().catch(() => Infinity);
      if (waiting < this.#form.backlog) {
        // Whether a request was carried out whose answer got lost shows in the rows; its numbers are not used again.
        await this.#add(this.#draws.pick(this.campaignIds), this.#form.backlog).catch(() => {});
      }
      await delay(LOOK_MS);
    }
  }

  stop() {
    this.#goesOn = false;
  }

  /**
   * @param {string} campaignId
   * @param {number} count
   */
  async #add(campaignId, count) {
    const known = this.#known.get(campaignId) ?? new Set();
    const fresh = Array.from({ length: count }, this.#next).filter((number) => !known.has(number));
    for (const number of fresh) known.add(number);
    await this.#api('POST', `/campaigns/${campaignId}/contacts`, {
      contacts: [...new Set(fresh)].map((phoneNumber) => ({ phoneNumber })),
    });
    this.added += fresh.length;
  }

  async #waiting() {
    const [row] = await rowsOf(
      this.#pool,
      `SELECT count(*)::int AS waiting FROM contacts WHERE next_attempt_at <= clock_timestamp() + interval '2 s'`,
    );
    return row.waiting;
  }
}
