import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { expect, vi } from 'vitest';
import { HASHING_QUEUE_DEFAULTS, HashingQueue } from '../../src/modules/users/passwords/hashing-queue.js';
import type { TestServer } from './server.js';

/** A request on a socket that a test can reset or close. */
export interface SentRequest {
  socket: Socket;
  /** Everything received so far. */
  readonly received: string;
  closed: Promise<unknown>;
}

export async function sendRequest(server: { port: number }, request: string): Promise<SentRequest> {
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  let received = '';
  socket.on('data', (chunk) => (received += String(chunk)));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  socket.write(request);
  return {
    socket,
    closed,
    get received() {
      return received;
    },
  };
}

/** A request as text, on a connection that stays. */
export function requestText(
  line: string,
  headers: Record<string, string>,
  body: string | object | undefined,
): string {
  const text = typeof body === 'object' ? JSON.stringify(body) : (body ?? '');
  const fields = {
    Host: 'as',
    'Content-Length': String(Buffer.byteLength(text)),
    'Content-Type': typeof body === 'object' ? 'application/json' : 'application/x-www-form-urlencoded',
    ...headers,
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${head.join('')}\r\n${text}`;
}

/** Every slot of a server's hashing queue, taken until `release`. */
export interface BusyQueue {
  /** Pieces of work that were given to the queue, and of those the ones that began. */
  given: number;
  begun: number;
  release(): Promise<void>;
}

export async function keepHashingBusy(server: TestServer): Promise<BusyQueue> {
  const queue = server.app.get(HashingQueue);
  const { promise: held, resolve } = Promise.withResolvers<void>();
  const holders = Array.from({ length: HASHING_QUEUE_DEFAULTS.slots }, () => queue.run(() => held));
  const run = queue.run.bind(queue);
  const busy: BusyQueue = {
    given: 0,
    begun: 0,
    async release() {
      resolve();
      await Promise.all(holders);
      spy.mockRestore();
    },
  };
  const spy = vi.spyOn(queue, 'run').mockImplementation((work, ...rest) => {
    busy.given += 1;
    return run(
      () => {
        busy.begun += 1;
        return work();
      },
      ...rest,
    );
  });
  return busy;
}

/** Every connection of a server's pool, taken until `release`. */
export interface HeldConnections {
  /** Requests that wait for one. */
  readonly waiting: number;
  /** @returns the statements that ran for the waiting requests */
  release(): Promise<string[]>;
}

export async function holdConnections(server: TestServer): Promise<HeldConnections> {
  // In none of TypeORM's types.
  const { master: pool } = server.app.get(DataSource).driver as unknown as { master: Pool };
  const held = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
  const ran: string[] = [];
  for (const client of held) {
    const query = client.query.bind(client) as (statement: { text: string }) => unknown;
    vi.spyOn(client, 'query').mockImplementation((...parameters: unknown[]) => {
      const [statement] = parameters as [string | { text: string }];
      ran.push(typeof statement === 'string' ? statement : statement.text);
      return query(...(parameters as [{ text: string }]));
    });
  }
  return {
    get waiting() {
      return pool.waitingCount;
    },
    async release() {
      for (const client of held) client.release();
      await vi.waitFor(() => expect(pool.idleCount).toBe(pool.totalCount));
      return ran.splice(0);
    },
  };
}
