/** When something else than the database can have cost a caller the line, or the campaigns a claim. */

/** @typedef {import('./callers.mjs').Span} Span */

/** Connections that are being made anew, or a worker that wakes up. */
const RECOVERY_MS = 3_000;
const BEAT_MS = 250;
/** A machine that lets a timer wait as long as this lets everything wait. */
const STALL_MS = 1_000;

/**
 * @param {object} evidence
 * @param {readonly import('./faults.mjs').Done[]} evidence.done
 * @param {readonly Span[]} evidence.absences of workers
 * @param {readonly Span[]} evidence.stalls of this machine
 * @returns {Span[]}
 */
export function disturbancesIn({ done, absences, stalls }) {
  const strikes = done
    .filter(
      ({ against, kind, victim }) =>
        (against === 'session' && kind !== 'long transaction') || (kind === 'frozen' && victim !== ''),
    )
    .map(({ from, to }) => ({ from, to: (to ?? from) + RECOVERY_MS }));
  return [...strikes, ...absences, ...stalls].sort((a, b) => a.from - b.from);
}

/** Notes when this process was not given the processor: then the others of the run may not have been either. */
export class StallWatch {
  /** @type {Span[]} */
  stalls = [];
  #last = Date.now();
  #timer = setInterval(() => this.#beat(), BEAT_MS);

  stop() {
    clearInterval(this.#timer);
  }

  #beat() {
    const now = Date.now();
    if (now - this.#last > STALL_MS) this.stalls.push({ from: this.#last, to: now });
    this.#last = now;
  }
}

/** When workers were not there or not ready; a frozen one is ready. */
export class Absences {
  /** @type {Span[]} */
  #over = [];
  /** @type {Map<object, number>} */
  #since = new Map();

  /** @param {object} whose */
  begin(whose) {
    if (!this.#since.has(whose)) this.#since.set(whose, Date.now());
  }

  /** @param {object} whose */
  end(whose) {
    const from = this.#since.get(whose);
    if (from === undefined) return;
    this.#since.delete(whose);
    this.#over.push({ from, to: Date.now() });
  }

  /** @returns {Span[]} those that last until now among them */
  spans() {
    return [...this.#over, ...[...this.#since.values()].map((from) => ({ from, to: Date.now() }))];
  }
}
