import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { freePort } from './server.js';

/** A folder of a test's own, and a data directory in it that was never used. */
export interface Home {
  folder: string;
  dataDir: string;
  remove(): void;
}

export function aHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), 'grantway-process-'));
  const dataDir = join(folder, 'data');
  // What PostgreSQL itself makes first takes seconds and is always the same.
  const empty = inject('emptyDataDirectory');
  if (empty !== undefined && existsSync(empty)) cpSync(empty, dataDir, { recursive: true });
  return { folder, dataDir, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The server in a process of its own: `node dist/main.js` with these variables and no others. */
export interface ServerProcess {
  origin: string;
  port: number;
  pid: number;
  /** Everything written so far. In a terminal both are one, in `stdout`. */
  readonly stdout: string;
  readonly stderr: string;
  /** Fulfilled once it answers requests; rejected when it ends before. */
  listening(): Promise<void>;
  /** Fulfilled once this text was written. */
  says(text: string | RegExp): Promise<void>;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>;
  signal(signal: NodeJS.Signals): void;
  /** Types into its terminal. */
  type(keys: string): void;
}

export interface Start {
  home: Home;
  environment?: Record<string, string>;
  port?: number;
  /** What is run, in place of the server itself. */
  script?: string;
  /** Whether it runs in a (pseudo) terminal; otherwise its output goes into pipes. */
  terminal?: boolean;
}

const running = new Set<ChildProcess>();

export async function startProcess({
  home,
  environment,
  port,
  script = 'dist/main.js',
  terminal = false,
}: Start): Promise<ServerProcess> {
  const chosen = port ?? (await freePort());
  const command = [process.execPath, '--enable-source-maps', resolve(script)];
  const [file = '', ...parameters] = terminal ? inTerminal(command) : command;
  const child = spawn(file, parameters, {
    cwd: home.folder,
    env: { PATH: process.env.PATH, PORT: String(chosen), DATA_DIR: home.dataDir, ...environment },
  });
  running.add(child);
  return watch(child, chosen);
}

/** Ends whatever a test left running. */
export async function endProcesses(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }),
  );
}

/** Whether the system tells of processes what the functions below read: Linux alone does. */
export const HAS_PROC = existsSync(`/proc/self/task/${process.pid}/children`);

/** The processes that a process has started and that have not ended. */
export function childrenOf(pid: number): number[] {
  const ids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return ids === '' ? [] : ids.split(' ').map(Number);
}

/** Those, and the ones that they have started. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Whether a process runs, and is not just waiting for somebody to ask how it ended. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** script(1) makes the pseudo terminal: part of every Debian and of macOS, in two dialects. */
function inTerminal(command: string[]): string[] {
  if (process.platform === 'darwin') return ['script', '-q', '/dev/null', ...command];
  return ['script', '-qec', `exec ${command.join(' ')}`, '/dev/null'];
}

function watch(child: ChildProcess, port: number): ServerProcess {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('data', (chunk) => {
      output[name] += String(chunk).replaceAll('\r\n', '\n');
      child.emit('output');
    });
  }
  const ended = once(child, 'close').then(([code, signal]: (number | string)[]) => {
    running.delete(child);
    child.emit('output');
    return code ?? signal!;
  });
  async function says(text: string | RegExp): Promise<void> {
    while (typeof text === 'string' ? !output.stdout.includes(text) : !text.test(output.stdout)) {
      if (!running.has(child))
        throw new Error(`It ended without saying ${text}: ${output.stderr || output.stdout}`);
      await once(child, 'output');
    }
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid!,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    // As JSON, or as a line for a person at a terminal.
    listening: () => says(/"msg":"listening"|INFO .*listening /),
    says,
    ended,
    signal: (signal) => void child.kill(signal),
    type: (keys) => void child.stdin!.write(keys),
  };
}
