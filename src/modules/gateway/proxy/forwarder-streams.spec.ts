import { randomBytes } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, request as httpRequest } from 'node:http';
import { type Socket, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  anybodyAt,
  type Front,
  aRouteTo,
  closedAfterEach,
  startFront,
  until,
} from '../../../../test/support/gateway-front.js';
import { raw, statusOf } from '../../../../test/support/raw.js';
import {
  type UpstreamServer,
  startCannedUpstream,
  startRawUpstream,
  startUpstream,
} from '../../../../test/support/upstream-server.js';
import type { Route } from '../routes/route.js';

const MIB = 1024 * 1024;

/** More than all buffers between client and upstream hold, those of the kernel included. */
const MORE_THAN_BUFFERS = 64 * MIB;

const toBeClosed = closedAfterEach();

async function aFront(upstream: UpstreamServer, said: Partial<Route> = {}): Promise<Front> {
  return toBeClosed(await startFront(aRouteTo([upstream], said)));
}

/** Everything that was taken from the route's target has been given back. */
async function expectIdle(front: Front, upstream: UpstreamServer): Promise<void> {
  const route = aRouteTo([upstream]);
  await until(() => front.underWay === 0, 'no forward under way');
  await until(() => front.pools.choose(anybodyAt(route)).inFlight === 0, 'nothing in flight');
}

/** Writes until it is told to wait, or all is written. @returns how much that was */
function fill(stream: { write(chunk: Buffer): boolean }, most: number): number {
  const chunk = randomBytes(MIB);
  let written = 0;
  while (written < most && stream.write(chunk)) written += chunk.length;
  return written + chunk.length;
}

/** Goes on writing whenever there is room. */
function pour(stream: NodeJS.WritableStream, most: number): { written: number } {
  const poured = { written: 0 };
  const more = (): void => {
    if (poured.written < most) poured.written += fill(stream, most - poured.written);
    else stream.end();
  };
  stream.on('drain', more);
  more();
  return poured;
}

async function standsStill(read: () => number): Promise<number> {
  let before = -1;
  while (before !== read()) {
    before = read();
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return before;
}

async function connected(front: Front, request: string): Promise<Socket> {
  const socket = connect(front.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.on('error', () => undefined);
  socket.write(request);
  return socket;
}

describe('a body on its way down', () => {
  it('comes event by event, the header before the first', async () => {
    let stream: ServerResponse | undefined;
    const upstream = toBeClosed(
      await startUpstream((_, response) => {
        stream = response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        stream.flushHeaders();
      }),
    );
    const answer = await fetch((await aFront(upstream)).origin);
    expect(answer.headers.get('Content-Type')).toBe('text/event-stream');
    const reader = answer.body!.getReader();
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      stream!.write(event);
      const { value } = await reader.read();
      expect(Buffer.from(value).toString()).toBe(event);
    }
    stream!.end();
    expect(await reader.read()).toMatchObject({ done: true });
  });

  it('waits for a client that reads slowly, and arrives whole', async () => {
    let poured = { written: 0 };
    const upstream = toBeClosed(
      await startUpstream((_, response) => {
        response.setHeader('Content-Length', MORE_THAN_BUFFERS);
        poured = pour(response, MORE_THAN_BUFFERS);
      }),
    );
    const front = await aFront(upstream);
    const answer = await new Promise<IncomingMessage>((resolve) => {
      httpRequest(front.origin, resolve).end();
    });
    expect(await standsStill(() => poured.written)).toBeLessThan(MORE_THAN_BUFFERS / 2);
    let received = 0;
    for await (const chunk of answer) received += (chunk as Buffer).length;
    expect(received).toBe(MORE_THAN_BUFFERS);
    await expectIdle(front, upstream);
  });

  it('ends the upstream’s work when the client goes', async () => {
    let hasClosed = false;
    const upstream = toBeClosed(
      await startUpstream((_, response) => {
        response.write('begin');
        response.once('close', () => (hasClosed = true));
      }),
    );
    const front = await aFront(upstream);
    const leave = new AbortController();
    const answer = await fetch(front.origin, { signal: leave.signal });
    expect(answer.status).toBe(200);
    leave.abort();
    await until(() => hasClosed, 'the upstream to see it');
    await expectIdle(front, upstream);
    await until(() => upstream.connections.size === 0, 'the connection to close');
  });

  it.each([
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n5\r\nbegin\r\n'],
    ['with a length', 'Content-Length: 100\r\n\r\nbegin'],
  ])('%s that breaks off never looks whole', async (_, rest) => {
    const upstream = toBeClosed(
      await startRawUpstream((socket) => {
        socket.once('data', () => {
          socket.write(`HTTP/1.1 200 OK\r\n${rest}`);
          setTimeout(() => socket.destroy(), 50);
        });
      }),
    );
    const front = await aFront(upstream);
    const answer = await raw(front, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(answer).toMatch(/begin(\r\n)?$/);
    await expect((await fetch(front.origin)).text()).rejects.toThrow(/terminated/);
    expect(front.logs).toContainEqual(expect.objectContaining({ error: 'UND_ERR_SOCKET', route: '/**' }));
    await expectIdle(front, upstream);
  });
});

describe('a body on its way up', () => {
  it('waits for an upstream that reads slowly, and arrives whole', async () => {
    let arriving: IncomingMessage | undefined;
    let received = 0;
    const upstream = toBeClosed(
      await startUpstream((request, response) => {
        arriving = request;
        request.once('end', () => response.end('thanks'));
      }),
    );
    const front = await aFront(upstream);
    const answer = Promise.withResolvers<IncomingMessage>();
    const request = httpRequest(front.origin, { method: 'POST' }, answer.resolve);
    const poured = pour(request, MORE_THAN_BUFFERS);
    expect(await standsStill(() => poured.written)).toBeLessThan(MORE_THAN_BUFFERS / 2);
    arriving!.on('data', (chunk: Buffer) => (received += chunk.length));
    expect((await answer.promise).statusCode).toBe(200);
    expect(received).toBe(poured.written);
    await expectIdle(front, upstream);
  });

  it('ends the upstream’s work when the client goes', async () => {
    let hasBroken = false;
    const upstream = toBeClosed(
      await startUpstream((request) => {
        request.resume();
        request.once('error', () => (hasBroken = true));
      }),
    );
    const front = await aFront(upstream);
    const socket = await connected(front, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nbegin');
    await until(() => upstream.connections.size === 1, 'the request to arrive');
    socket.destroy();
    await until(() => hasBroken, 'the upstream to see it');
    await expectIdle(front, upstream);
  });

  it('of more bytes than the route takes is refused before anything is sent', async () => {
    const upstream = toBeClosed(await startUpstream((_, response) => response.end()));
    const front = await aFront(upstream, { maxBodyBytes: 10 });
    const answer = await raw(
      front,
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 11\r\n\r\n',
    );
    expect(statusOf(answer)).toBe(413);
    expect(upstream.accepted).toBe(0);
    expect(
      statusOf(
        await raw(
          front,
          'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n\r\n0123456789',
        ),
      ),
    ).toBe(200);
  });

  it('of a length that no number holds exactly is refused before anything is sent', async () => {
    const upstream = toBeClosed(await startUpstream((_, response) => response.end()));
    const front = await aFront(upstream);
    const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${2 ** 53}\r\n\r\n`;
    expect(statusOf(await raw(front, head))).toBe(400);
    expect(upstream.accepted).toBe(0);
  });

  it('that turns out too large is refused on the way, and the connection stays in step', async () => {
    let whole = 0;
    const upstream = toBeClosed(
      await startUpstream((request, response) => {
        request.resume().once('end', () => {
          whole += 1;
          response.end('whole');
        });
      }),
    );
    const front = await aFront(upstream, { maxBodyBytes: 10 });
    const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n';
    const tooLarge = `${chunked}\r\n6\r\n012345\r\n6\r\n678901\r\n0\r\n\r\n`;
    const fits = `${chunked}Connection: close\r\n\r\n6\r\n012345\r\n0\r\n\r\n`;
    const answer = await raw(front, tooLarge + fits);
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['413', '200']);
    expect(whole).toBe(1);
    await expectIdle(front, upstream);
  });

  it.each(['keep-alive', 'close'])(
    'does not hide an answer that comes early, with Connection: %s',
    async (connection) => {
      const canned = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nearly';
      const upstream = toBeClosed(await startCannedUpstream(canned));
      const front = await aFront(upstream);
      const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\nContent-Length: ${100 * MIB}\r\n\r\n`;
      const socket = await connected(front, head);
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += String(chunk)));
      const isClosed = new Promise((resolve) => socket.once('close', resolve));
      // A client that goes on sending, and looks at what came only now and then.
      socket.pause();
      const sending = setInterval(() => socket.write(randomBytes(1024)), 10);
      setTimeout(() => socket.resume(), 300);
      await until(() => answer.endsWith('early'), 'the answer');
      expect(statusOf(answer)).toBe(403);
      await isClosed;
      clearInterval(sending);
      await expectIdle(front, upstream);
    },
  );

  it('may be finished after an early answer, and the connection goes on', async () => {
    const upstream = toBeClosed(
      await startCannedUpstream('HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nearly'),
    );
    const front = await aFront(upstream);
    const socket = await connected(front, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234');
    let answers = '';
    socket.on('data', (chunk: Buffer) => (answers += String(chunk)));
    await until(() => answers.endsWith('early'), 'the first answer');
    socket.write('56789GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => (answers.match(/early/g) ?? []).length === 2, 'the second answer');
    expect(upstream.accepted).toBe(2);
    socket.destroy();
  });
});
