import { once } from 'node:events';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { createClient } from '@redis/client';
import type { AppLogger } from '../logging/logging.module.js';
import { OutageLog } from './outage-log.js';
import { reconnectDelay } from './reconnect-delay.js';
import type { RedisScript } from './redis-script.js';
import { RedisUnavailable } from './redis-unavailable.js';

type Client = ReturnType<typeof openClient>;
type Scripts = Record<string, RedisScript<never[], unknown>>;

/** Milliseconds. */
const COMMAND_TIMEOUT = 500;
const CONNECT_TIMEOUT = 2_000;
const FIRST_CONNECTION_TIMEOUT = 500;
/** Something comes back at least this often, since a ping goes out each second. Covers the handshake as well. */
const SILENCE_TIMEOUT = 4_000;
const PING_INTERVAL = 1_000;

/**
 * The one connection of this process to Redis. Nothing waits for it: while it is away every command is refused at once,
 * and it comes back by itself. Commands of many requests share it in the order in which they were given.
 */
export class RedisConnection implements OnModuleInit, OnApplicationShutdown {
  private readonly outage: OutageLog;
  /** By their SHA-1, which is the name that Redis knows them by. */
  private readonly scripts: Scripts = {};
  private client: Client | undefined;

  /** @param url `redis://`, or `rediss://` for TLS; its path is the number of the database */
  constructor(
    private readonly url: string,
    logger: AppLogger,
  ) {
    this.outage = new OutageLog(logger, 'Redis');
  }

  /** Begins to connect. A Redis that is away does not keep the process from starting. */
  async onModuleInit(): Promise<void> {
    const client = this.connect();
    const signal = AbortSignal.timeout(FIRST_CONNECTION_TIMEOUT);
    await once(client, 'ready', { signal }).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    const { client } = this;
    this.client = undefined;
    client?.destroy();
  }

  /**
   * Adds a script, before the connection opens: a client takes its scripts when it is created.
   * @returns a function that runs the script and returns its reply. It throws RedisUnavailable, also when the script may
   *   have run and only its reply was lost.
   */
  script<Parameters extends unknown[], Reply>(
    script: RedisScript<Parameters, Reply>,
  ): (...parameters: Parameters) => Promise<Reply> {
    type Method = (...parameters: Parameters) => Promise<Reply>;
    const { SHA1 } = script;
    if (this.client !== undefined && this.scripts[SHA1] === undefined) {
      throw new Error('A script must be added before the connection to Redis opens.');
    }
    this.scripts[SHA1] = script;
    return (...parameters) =>
      this.run((client) => (client[SHA1] as unknown as Method).apply(client, parameters));
  }

  private async run<T>(command: (client: Client) => Promise<T>): Promise<T> {
    const { client } = this;
    try {
      if (client === undefined) throw new Error('The connection was closed.');
      const reply = await inTime(command(client));
      this.outage.succeeded();
      return reply;
    } catch (error) {
      if (error instanceof TooSlow) this.giveUp(client!);
      this.outage.failed(error);
      throw new RedisUnavailable(error);
    }
  }

  private connect(): Client {
    const client = openClient(this.url, this.scripts);
    client.on('error', (error) => this.outage.failed(error));
    client.on('ready', () => this.outage.succeeded());
    // It tries until it is destroyed, and says through its events how that goes.
    client.connect().catch(() => undefined);
    this.client = client;
    return client;
  }

  /** What is behind a late answer is later still, and a peer that is gone never says so: begin anew. */
  private giveUp(client: Client): void {
    if (this.client !== client) return;
    client.destroy();
    this.connect();
  }
}

class TooSlow extends Error {
  constructor() {
    super(`Redis has not answered within ${COMMAND_TIMEOUT} ms.`);
    this.name = new.target.name;
  }
}

function openClient(url: string, scripts: Scripts) {
  return createClient({
    url,
    scripts,
    name: 'grantway',
    disableClientInfo: true,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    pingInterval: PING_INTERVAL,
    // The client's own ends when a command is written, so that it never sees a slow answer; `inTime` does.
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: CONNECT_TIMEOUT,
      socketTimeout: SILENCE_TIMEOUT,
      reconnectStrategy: (attempts) => reconnectDelay(attempts),
    },
  });
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TooSlow()), COMMAND_TIMEOUT);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
