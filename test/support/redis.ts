import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { Writable } from 'node:stream';
import { CONSUME } from '../../src/platform/counters/consume-script.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { RedisConnection } from '../../src/platform/redis/redis-connection.js';
import { type RedisScript, defineScript } from '../../src/platform/redis/redis-script.js';
import { freePort } from './free-port.js';

/** The Redis that `TEST_REDIS_URL` names, for tests that leave it to others as it was. */
export const REDIS_URL = process.env.TEST_REDIS_URL || undefined;

/** Whether tests can have a Redis of their own: to empty it, to stop it, to kill it. */
export const HAS_REDIS_SERVER =
  REDIS_URL !== undefined && spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of a test's own, on a free port, which keeps nothing. */
export interface RedisServer {
  url: string;
  port: number;
  /** SIGKILL: what it held is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** @param settings of redis.conf, beside those that keep it small and local */
export async function aRedisServer(settings: Record<string, string> = {}): Promise<RedisServer> {
  const port = await freePort();
  const hasTls = settings['tls-cert-file'] !== undefined;
  const portSetting = hasTls ? 'tls-port' : 'port';
  const folder = mkdtempSync(join(tmpdir(), 'grantway-redis-'));
  let process: ChildProcess | undefined;

  async function start(): Promise<void> {
    if (isRunning(process)) return;
    const options = {
      bind: '127.0.0.1',
      port: '0',
      'tls-port': '0',
      [portSetting]: port,
      dir: folder,
      save: '',
      appendonly: 'no',
      ...settings,
    };
    const parameters = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const started = spawn('redis-server', parameters, { stdio: ['ignore', 'pipe', 'ignore'] });
    process = started;
    for await (const chunk of started.stdout.iterator({ destroyOnReturn: false })) {
      if (String(chunk).includes('Ready to accept connections')) break;
    }
    started.stdout.resume();
  }

  async function kill(): Promise<void> {
    if (!isRunning(process)) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  }

  await start();
  return {
    url: `${hasTls ? 'rediss' : 'redis'}://localhost:${port}`,
    port,
    kill,
    start,
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isRunning(process: ChildProcess | undefined): process is ChildProcess {
  return process !== undefined && process.exitCode === null && process.signalCode === null;
}

/** Asks a Redis behind the application's back. */
export async function askRedis(url: string, ...command: string[]): Promise<any> {
  const client = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

/** A script that takes its keys and parameters as they are, and returns the reply of Redis. */
export function aScript(text: string) {
  return defineScript({
    SCRIPT: text,
    parseCommand(parser, keys: string[], parameters: string[]) {
      parser.pushKeysLength(keys);
      parser.push(...parameters);
    },
    transformReply: (reply: unknown) => reply,
  });
}

/** A connection as the application has it, with what it logged. */
export interface TestConnection {
  connection: RedisConnection;
  logs: { level: number; msg: string; err?: { message: string } }[];
}

export async function aConnection(
  url: string,
  ...scripts: RedisScript<any[], unknown>[]
): Promise<TestConnection> {
  const logs: TestConnection['logs'] = [];
  const lines = new Writable({
    write(line, _encoding, done) {
      logs.push(JSON.parse(String(line)));
      done();
    },
  });
  const connection = new RedisConnection(url, createLogger('trace', lines));
  for (const script of [CONSUME, ...scripts]) connection.script(script);
  await connection.onModuleInit();
  return { connection, logs };
}
