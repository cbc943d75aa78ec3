import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** @typedef {import('#built/first-start.js').FirstStart} FirstStart */

const SERVER = join(import.meta.dirname, '../../dist/main.js');

/** How long it may take to say whether it is ready. Milliseconds. */
const ANSWER_MS = 2_000;

/** One of the three. What it writes comes out here, each line under its name. */
export class TopologyProcess {
  /**
   * What it made up for an empty database. It comes over the channel of Node's between the two processes, so that it is
   * in no file, and in no line that is a log.
   * @type {FirstStart | undefined}
   */
  firstStart;

  /** It says so itself: at its port another process might answer. */
  isListening = false;

  /** @type {Promise<number | string>} its exit code, or the signal that ended it */
  ended;

  #child;

  /** @param {import('./settings.mjs').ProcessSettings} settings */
  constructor({ name, origin, environment }) {
    this.name = name;
    this.origin = origin;
    const child = spawn(process.execPath, ['--enable-source-maps', SERVER], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: environment,
    });
    this.#child = child;
    child.on('message', (message) => this.#receive(message));
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
    });
    for (const stream of /** @type {const} */ (['stdout', 'stderr'])) passOn(child, stream, name);
  }

  async isReady() {
    if (!this.isListening) return false;
    try {
      const { ok } = await fetch(`${this.origin}/health/ready`, { signal: AbortSignal.timeout(ANSWER_MS) });
      return ok;
    } catch {
      return false;
    }
  }

  stop() {
    this.#child.kill('SIGTERM');
  }

  /** Has it read again what it reads from files. Before it listens to that signal, the signal would end it. */
  reload() {
    if (this.isListening) this.#child.kill('SIGHUP');
  }

  /** @param {unknown} message */
  #receive(message) {
    if (message === 'ready') this.isListening = true;
    else if (typeof message === 'object' && message !== null && 'firstStart' in message) {
      this.firstStart = /** @type {FirstStart} */ (message.firstStart);
    }
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {'stdout' | 'stderr'} stream
 * @param {string} name
 */
function passOn(child, stream, name) {
  let rest = '';
  child[stream]?.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) process[stream].write(`${name.padEnd(8)} | ${line}\n`);
  });
}
