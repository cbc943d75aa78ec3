import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { messageOf, readableLine } from '#built/platform/logging/readable-log.js';

/** @typedef {import('#built/first-start.js').FirstStart} FirstStart */

const SERVER = join(import.meta.dirname, '../../dist/main.js');

/** How long a response of /health/ready may take. Milliseconds. */
const READY_TIMEOUT_MS = 2_000;

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

  /** When it last wrote a new message, by `performance.now()`. */
  progressAt = performance.now();

  /** What it is doing, or why it is not ready: a sentence without its full stop. */
  waitingFor = 'it has not reported anything yet';

  /** @type {Set<string>} its messages until it was ready */
  #messages = new Set();

  #wasReady = false;

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
    for (const stream of /** @type {const} */ (['stdout', 'stderr'])) {
      passOn(child, stream, name, (line) => this.#note(line));
    }
  }

  async isReady() {
    if (!this.isListening) return false;
    try {
      const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
      const { ok, status } = await fetch(`${this.origin}/health/ready`, { signal });
      if (!ok) this.waitingFor = `its /health/ready returns ${status}, and its log says what fails`;
      this.#wasReady ||= ok;
      return ok;
    } catch {
      this.waitingFor = 'it listens, and its /health/ready does not respond';
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

  /** @param {string} line of its output; a repeated message is no progress */
  #note(line) {
    if (this.#wasReady) return;
    const message = messageOf(line) ?? line;
    this.waitingFor = `the last it reported is “${message}”`;
    if (this.#messages.has(message)) return;
    this.#messages.add(message);
    this.progressAt = performance.now();
  }

  /** @param {unknown} message */
  #receive(message) {
    if (message === 'ready') {
      this.isListening = true;
      this.progressAt = performance.now();
    } else if (typeof message === 'object' && message !== null && 'firstStart' in message) {
      this.firstStart = /** @type {FirstStart} */ (message.firstStart);
    }
  }
}

/**
 * Passes on each line under the name of its process, in a readable form at a terminal.
 * @param {import('node:child_process').ChildProcess} child
 * @param {'stdout' | 'stderr'} stream
 * @param {string} name
 * @param {(line: string) => void} note called with each line
 */
function passOn(child, stream, name, note) {
  let rest = '';
  const shown = process.stdout.isTTY ? readableLine : (/** @type {string} */ line) => line;
  child[stream]?.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      note(line);
      for (const row of shown(line).split('\n')) process[stream].write(`${name.padEnd(8)} | ${row}\n`);
    }
  });
}
