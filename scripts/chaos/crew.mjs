/** The workers of a run: the application as it is built, each in a process of its own, killed, stopped and started again. */
import { end } from '../acceptance/worker.mjs';
import { untilHealthy } from '../lib/application-process.mjs';
import { delay, messageOf } from '../lib/project.mjs';
import { Absences } from './disturbances.mjs';
import { complaintAboutStop, freezeProcess, startProcess, workerPort } from './worker-process.mjs';

/** An orderly stop may take its grace and, while the database is away, as long as connecting to it is tried. */
const STOP_WITHIN_MS = 20_000;
const RESTART_AFTER_MS = 250;

/**
 * @typedef {import('./worker-process.mjs').Process} Process
 * @typedef {object} Slot a place for a worker; what dies in it is replaced
 * @property {string} name
 * @property {import('./wire.mjs').Wire} wire
 * @property {Process | undefined} process
 * @property {boolean} ready
 * @property {boolean} frozen
 * @property {number} starts
 */

export class Crew {
  /** @type {Slot[]} */
  slots = [];
  /** @type {string[]} workers that ended by themselves, or did not stop when they were asked to */
  accidents = [];
  /** @type {string[]} */
  failedStarts = [];
  absences = new Absences();
  #closing = false;
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();
  /** @type {Set<Promise<unknown>>} */
  #underWay = new Set();
  #environment;
  #script;
  #skews;
  #onLine;

  /**
   * @param {{ script: string, environment: (slot: Slot) => NodeJS.ProcessEnv, skews: () => string | undefined, onLine: (name: string, line: string) => void }} options skews: what to load before the next worker, if its clock is to be wrong
   */
  constructor({ script, environment, skews, onLine }) {
    this.#script = script;
    this.#environment = environment;
    this.#skews = skews;
    this.#onLine = onLine;
  }

  /** @returns {number[]} of workers that were started; one that is not ready yet refuses connections */
  ports() {
    return this.slots.flatMap(({ process }) => (process === undefined ? [] : [process.port]));
  }

  /**
   * @param {string} name
   * @param {import('./wire.mjs').Wire} wire
   */
  open(name, wire) {
    /** @type {Slot} */
    const slot = { name, wire, process: undefined, ready: false, frozen: false, starts: 0 };
    this.slots.push(slot);
    return slot;
  }

  /**
   * @param {number} number
   * @returns {Slot}
   */
  slot(number) {
    const slot = this.slots[number % this.slots.length];
    if (slot === undefined) throw new Error('there is no worker');
    return slot;
  }

  /**
   * @param {string} claimedBy as the rows name a worker
   * @returns {Slot | undefined}
   */
  whoIs(claimedBy) {
    const pid = Number(claimedBy.split(':').at(-1));
    return this.slots.find(({ process }) => process?.pid === pid);
  }

  /** @param {Slot} slot */
  async start(slot) {
    const port = await workerPort();
    if (this.#closing) return;
    const name = `${slot.name}.${++slot.starts}`;
    const process = startProcess({
      name,
      script: this.#script,
      port,
      env: this.#environment(slot),
      preload: this.#skews(),
      onLine: (line) => this.#onLine(name, line),
    });
    slot.process = process;
    slot.frozen = false;
    slot.ready = false;
    this.absences.begin(slot);
    this.#watch(slot, process);
    untilHealthy(`http://127.0.0.1:${port}`, process.running.exited).then(
      () => {
        if (slot.process !== process || process.isEnding) return;
        slot.ready = true;
        this.absences.end(slot);
      },
      () => {},
    );
  }

  /** @param {Slot} slot */
  async kill(slot) {
    await this.#end(slot, 'SIGKILL');
  }

  /** @param {Slot} slot */
  async terminate(slot) {
    await this.#end(slot, 'SIGTERM');
  }

  /**
   * @param {Slot} slot
   * @param {number} forMs
   */
  async freeze(slot, forMs) {
    const { process } = slot;
    if (process === undefined || slot.frozen) return;
    slot.frozen = true;
    await freezeProcess(process, forMs);
    if (slot.process === process) slot.frozen = false;
  }

  /**
   * One at a time: so that whoever comes next sees what the one before has done.
   *
   * @template T
   * @param {() => Promise<T>} strike
   * @param {{ patienceMs: number, signal: AbortSignal }} options how long it waits for a second worker to be ready
   * @returns {Promise<T>}
   */
  inTurn(strike, { patienceMs, signal }) {
    const awake = () => this.slots.filter(({ ready, frozen }) => ready && !frozen).length;
    const needed = Math.min(2, this.slots.length);
    const struck = this.#turn.then(async () => {
      const began = performance.now();
      while (awake() < needed && performance.now() - began < patienceMs && !signal.aborted) await delay(50);
      return strike();
    });
    this.#turn = struck.catch(() => {});
    return struck;
  }

  async untilAllReady(/** @type {AbortSignal} */ signal) {
    while (!this.slots.every(({ ready }) => ready)) {
      signal.throwIfAborted();
      await delay(100);
    }
  }

  async close() {
    this.#closing = true;
    await Promise.allSettled(this.#underWay);
    await Promise.allSettled(
      this.slots.flatMap(({ process }) => (process === undefined ? [] : [end(process, 'SIGKILL')])),
    );
    await Promise.allSettled(this.slots.map(({ wire }) => wire.close()));
  }

  /**
   * @param {Slot} slot
   * @param {'SIGKILL' | 'SIGTERM'} signal
   */
  async #end(slot, signal) {
    const { process } = slot;
    if (process === undefined || process.isEnding) return;
    process.isEnding = true;
    slot.ready = false;
    this.absences.begin(slot);
    const work = this.#endAndReplace(slot, process, signal);
    this.#underWay.add(work);
    work.finally(() => this.#underWay.delete(work)).catch(() => {});
    await work;
  }

  /**
   * @param {Slot} slot
   * @param {Process} process
   * @param {'SIGKILL' | 'SIGTERM'} signal
   */
  async #endAndReplace(slot, process, signal) {
    const exit = await end(process, signal, STOP_WITHIN_MS);
    const complaint = signal === 'SIGTERM' ? complaintAboutStop(process, exit) : undefined;
    if (complaint !== undefined) this.accidents.push(complaint);
    await delay(RESTART_AFTER_MS);
    if (!this.#closing) await this.start(slot);
  }

  /**
   * @param {Slot} slot
   * @param {Process} process
   */
  #watch(slot, process) {
    void process.running.exited
      .catch((error) => ({ code: null, signal: messageOf(error) }))
      .then(async ({ code, signal }) => {
        if (process.isEnding || this.#closing) return;
        process.isEnding = true;
        const how = signal ?? `exit code ${code}`;
        // At its start a worker needs the database; without it, it ends and is started again, as any supervisor does.
        if (slot.ready) {
          this.accidents.push(
            [`${process.name} ended by itself (${how})`, ...process.lines.slice(-5)].join('\n      '),
          );
        } else {
          this.failedStarts.push(`${process.name} (${how}): ${process.lines.at(-1) ?? ''}`);
        }
        slot.ready = false;
        this.absences.begin(slot);
        await delay(RESTART_AFTER_MS * 2);
        if (!this.#closing && slot.process === process) await this.start(slot);
      });
  }
}
