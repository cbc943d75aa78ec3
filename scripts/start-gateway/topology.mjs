import { setTimeout as sleep } from 'node:timers/promises';
import { TopologyProcess } from './process.mjs';

/** How often the log says which process the start waits for. Milliseconds. */
const REPORT_MS = 5_000;

/** How a process ends that was told to, also where it was told before it could listen to that. */
const ORDERLY = new Set([0, 'SIGTERM', 'SIGHUP']);

/** The three processes, which begin and end together. */
export class Topology {
  #processes;
  #timeoutMs;
  #isStopping = false;
  #hasFailed = false;

  /**
   * @param {import('./settings.mjs').ProcessSettings[]} settings the gateway first
   * @param {number} timeoutMs how long a process may start without any progress
   */
  constructor(settings, timeoutMs) {
    this.#timeoutMs = timeoutMs;
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
   * Waits until all are ready, as long as they make progress.
   * @returns {Promise<boolean>} false if they must stop before that, or one makes no progress for too long
   */
  async ready() {
    let reported = performance.now();
    for (const each of this.#processes) {
      while (!this.#isStopping && !(await each.isReady())) {
        const now = performance.now();
        if (now - each.progressAt > this.#timeoutMs) {
          const limit = `${this.#timeoutMs / 1000} seconds without progress, the limit of START_TIMEOUT`;
          this.#fail(`${each.name} is not ready after ${limit}: ${each.waitingFor}`);
        } else if (now - reported > REPORT_MS) {
          reported = now;
          console.log(`Waiting for ${each.name}: ${each.waitingFor}`);
        } else await sleep(100);
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
