import { setTimeout as sleep } from 'node:timers/promises';
import { TopologyProcess } from './process.mjs';

/** How long the three may take to be ready. Milliseconds. */
const READY_MS = 120_000;

/** How a process ends that was told to, also where it was told before it could listen to that. */
const ORDERLY = new Set([0, 'SIGTERM', 'SIGHUP']);

/** The three processes, which begin and end together. */
export class Topology {
  #processes;
  #isStopping = false;
  #hasFailed = false;

  /** @param {import('./settings.mjs').ProcessSettings[]} settings the gateway first */
  constructor(settings) {
    this.#processes = settings.map((each) => new TopologyProcess(each));
    for (const each of this.#processes) void each.ended.then((code) => this.#onEnd(each.name, code));
  }

  stop() {
    this.#isStopping = true;
    for (const each of this.#processes) each.stop();
  }

  /** Has the gateway read its file of routes again. */
  reload() {
    this.#processes[0]?.reload();
  }

  /**
   * Waits until all answer.
   * @returns {Promise<boolean>} false when they are to stop before, or one takes too long
   */
  async ready() {
    const deadline = Date.now() + READY_MS;
    for (const each of this.#processes) {
      while (!this.#isStopping && !(await each.isReady())) {
        if (Date.now() > deadline) this.#fail(`${each.name} is not ready after ${READY_MS / 1000} seconds`);
        else await sleep(100);
      }
    }
    return !this.#isStopping;
  }

  /**
   * Waits until all have ended.
   * @returns {Promise<number>} 0 when they were told to, and did in order
   */
  async ended() {
    const codes = await Promise.all(this.#processes.map(({ ended }) => ended));
    return !this.#hasFailed && codes.every((code) => ORDERLY.has(code)) ? 0 : 1;
  }

  /**
   * What the three have made up so far, as if they were one process.
   * @returns {import('#built/first-start.js').FirstStart | undefined}
   */
  get firstStart() {
    const made = this.#processes.flatMap(({ firstStart }) => firstStart ?? []);
    if (made[0] === undefined) return undefined;
    return { ...made[0], generated: Object.assign({}, ...made.map(({ generated }) => generated)) };
  }

  /** @type {(name: string, code: number | string) => void} one that ends by itself takes the others with it */
  #onEnd(name, code) {
    if (!this.#isStopping) this.#fail(`${name} ended (${code})`);
  }

  /** @param {string} reason */
  #fail(reason) {
    console.error(`${reason}; stopping the others.`);
    this.#hasFailed = true;
    this.stop();
  }
}
