import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, buildConnector } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readableAfterFailedWrites } from './early-answers.js';

const CHUNK = Buffer.alloc(64 * 1024);
const CHUNKS = 40;

/** A body that takes its time, so that most of it is sent after the server has closed. */
async function* body(): AsyncGenerator<Buffer> {
  for (let n = 0; n < CHUNKS; n += 1) {
    yield CHUNK;
    if (n % 4 === 0) await sleep(1);
  }
}

describe('an answer that comes before the body was read', () => {
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    // Answers, and closes with most of the body unread: what comes then is reset.
    server = createServer((request, response) => {
      if (request.url === '/nothing') request.socket.resetAndDestroy();
      else response.writeHead(413, { Connection: 'close', 'Content-Length': 5 }).end('early');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  async function post(connect: buildConnector.connector, path = '/'): Promise<string> {
    const pool = new Pool(origin, { connect });
    const headers = { 'Content-Length': String(CHUNKS * CHUNK.length) };
    try {
      const answer = await pool.request({ method: 'POST', path, headers, body: Readable.from(body()) });
      return `${answer.statusCode} ${await answer.body.text()}`;
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code);
    } finally {
      await pool.destroy();
    }
  }

  it('is read, however much of the body could not be written', async () => {
    const answers = new Set<string>();
    for (let n = 0; n < 60; n += 1) answers.add(await post(readableAfterFailedWrites(buildConnector({}))));
    expect([...answers]).toEqual(['413 early']);
  });

  it('would be lost now and then without that', async () => {
    const answers = new Set<string>();
    for (let n = 0; n < 200 && !answers.has('EPIPE'); n += 1) answers.add(await post(buildConnector({})));
    expect(answers).toContain('EPIPE');
  });

  it('is not made up where there is none', async () => {
    expect(await post(readableAfterFailedWrites(buildConnector({})), '/nothing')).toMatch(
      /^(ECONNRESET|UND_ERR_SOCKET)$/,
    );
  });
});
