import { type Hash, createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signIn } from '../../support/http.js';
import { type Home, type ServerProcess, aHome, endProcesses, startProcess } from '../../support/process.js';
import { ADMINISTRATOR, FIRST_CLIENT } from '../../support/server.js';
import { type UpstreamServer, startUpstream } from '../../support/upstream-server.js';

const MIB = 2 ** 20;
const LARGE = 1024 * MIB;

/** By how much the gateway may grow while any amount of bytes passes through it. */
const MAX_GROWTH = 64 * MIB;

/** Of one caller, which may take a quarter of what may be in flight to a target. */
const IN_FLIGHT = 50;

/** What only Linux tells of a process. */
const HAS_PROC = existsSync('/proc/self/status');

describe.skipIf(!HAS_PROC)('a gateway in its own process', () => {
  let home: Home;
  let gateway: ServerProcess;
  let upstream: UpstreamServer;
  let token: string;
  const abortedAtUpstream = { up: 0, down: 0 };
  let shortAsked = 0;

  beforeAll(async () => {
    home = aHome();
    upstream = await startUpstream((request, response) => {
      if (request.url === '/bytes/up') {
        const hash = createHash('sha256');
        void pipeline(request, intoHash(hash)).then(
          () => response.end(hash.digest('hex')),
          () => (abortedAtUpstream.up += 1),
        );
      } else if (request.url?.startsWith('/bytes/down')) {
        const hash = createHash('sha256');
        response.writeHead(200);
        void pipeline(Readable.from(bytes(LARGE, hash)), response).then(
          () => digests.set(request.url!, hash.digest('hex')),
          () => (abortedAtUpstream.down += 1),
        );
      } else if (request.url === '/bytes/endless') {
        const drops = setInterval(() => response.write('.'), 50);
        response.once('close', () => clearInterval(drops));
      } else {
        shortAsked += 1;
        request.resume().on('end', () => setTimeout(() => response.end('ok'), 200));
      }
    });
    const routes = join(home.folder, 'routes.yaml');
    const target = { targets: [upstream.origin], max_in_flight: IN_FLIGHT * 4 };
    writeFileSync(routes, JSON.stringify({ routes: [{ id: 'bytes', path: '/bytes/**', upstream: target }] }));
    gateway = await startProcess({
      home,
      environment: {
        ROLES: 'identity,oauth,gateway',
        ROUTES_FILE: routes,
        BOOTSTRAP_CLIENT_ID: FIRST_CLIENT.id,
        BOOTSTRAP_CLIENT_SECRET: FIRST_CLIENT.secret,
        BOOTSTRAP_USERNAME: ADMINISTRATOR.username,
        BOOTSTRAP_PASSWORD: ADMINISTRATOR.password,
      },
    });
    await gateway.listening();
    token = (await signIn(gateway, FIRST_CLIENT, ADMINISTRATOR)).json.access_token;
  });

  afterAll(async () => {
    await endProcesses();
    await upstream.close();
    home.remove();
  });

  /** Of what was sent down, by path. */
  const digests = new Map<string, string>();

  function ask(method: string, path: string): ClientRequest {
    const { port } = gateway;
    return httpRequest({ port, method, path, agent: false, headers: { Authorization: `Bearer ${token}` } });
  }

  async function answerTo(request: ClientRequest): Promise<IncomingMessage> {
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    return answer;
  }

  async function expectSteadyMemory(work: () => Promise<void>): Promise<void> {
    // What a process takes once, for its first requests, is not growth.
    for (let at = 0; at < 20; at += 1) (await answerTo(ask('GET', '/bytes/small').end())).resume();
    const before = residentMemory();
    let most = before;
    const sampling = setInterval(() => (most = Math.max(most, residentMemory())), 20);
    await work();
    clearInterval(sampling);
    expect(before).toBeGreaterThan(20 * MIB);
    expect((most - before) / MIB).toBeLessThan(MAX_GROWTH / MIB);
  }

  it('lets 1 GiB down without growing, byte by byte as it was sent', { timeout: 120_000 }, async () => {
    await expectSteadyMemory(async () => {
      const hash = createHash('sha256');
      await pipeline(await answerTo(ask('GET', '/bytes/down').end()), intoHash(hash));
      await vi.waitFor(() => expect(digests.get('/bytes/down')).toBe(hash.digest('hex')));
    });
  });

  it.each([
    ['with a length', { 'Content-Length': LARGE }],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }],
  ])(
    'lets 1 GiB up without growing, byte by byte as it was sent: %s',
    { timeout: 120_000 },
    async (_, headers) => {
      await expectSteadyMemory(async () => {
        const request = ask('POST', '/bytes/up');
        for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
        const hash = createHash('sha256');
        const answer = answerTo(request);
        await pipeline(Readable.from(bytes(LARGE, hash)), request);
        expect((await (await answer).toArray()).join('')).toBe(hash.digest('hex'));
      });
    },
  );

  it('keeps nothing of 50 transfers that are broken off', async () => {
    await vi.waitFor(() => expect(socketsOf(gateway)).toBeLessThan(20), { timeout: 20_000 });
    const before = socketsOf(gateway);
    const abortedBefore = { ...abortedAtUpstream };
    const half = IN_FLIGHT / 2;
    const requests = Array.from({ length: IN_FLIGHT }, (_, at) =>
      ask(at < half ? 'GET' : 'POST', at < half ? '/bytes/down' : '/bytes/up'),
    );
    for (const request of requests) request.on('error', () => undefined);
    for (const request of requests.slice(half)) request.write(randomBytes(MIB));
    await Promise.all(
      requests.slice(0, half).map(async (request) => once(await answerTo(request.end()), 'data')),
    );
    await vi.waitFor(() => expect(socketsOf(gateway)).toBeGreaterThanOrEqual(before + IN_FLIGHT));

    for (const request of requests) request.destroy();
    const patience = { timeout: 20_000 };
    await vi.waitFor(
      () =>
        expect(abortedAtUpstream).toEqual({ up: abortedBefore.up + half, down: abortedBefore.down + half }),
      patience,
    );
    await vi.waitFor(() => expect(socketsOf(gateway)).toBeLessThanOrEqual(before), patience);

    // As many as may be in flight at once: none of the places is still taken.
    const answers = await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => answerTo(ask('GET', '/bytes/small').end())),
    );
    for (const answer of answers) answer.resume();
  });

  it('stops in time, with what is short finished and what is long cut off', async () => {
    const long = ask('GET', '/bytes/endless').end();
    long.on('error', () => undefined);
    const stream = await answerTo(long);
    await once(stream, 'data');
    const cut = new Promise((resolve) => stream.on('error', () => undefined).once('close', resolve));
    shortAsked = 0;
    const short = ask('GET', '/bytes/small').end();
    await vi.waitFor(() => expect(shortAsked).toBe(1));
    const began = performance.now();
    gateway.signal('SIGTERM');
    expect((await (await answerTo(short)).toArray()).join('')).toBe('ok');
    stream.resume();
    await cut;
    expect(stream.complete).toBe(false);
    expect(await gateway.ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(9_000);
  });

  /** Bytes. */
  function residentMemory(): number {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))!;
    return Number(kibibytes) * 1024;
  }
});

function socketsOf({ pid }: ServerProcess): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => isSocket(join(folder, fd))).length;
}

function isSocket(link: string): boolean {
  try {
    return readlinkSync(link).startsWith('socket:');
  } catch {
    // Closed since it was listed.
    return false;
  }
}

/** So many bytes, no part like another, which go into the hash as they are taken. */
function* bytes(length: number, hash: Hash): Generator<Buffer> {
  const noise = randomBytes(256 * 1024);
  for (let at = 0; at < length; at += noise.length) {
    const chunk = Buffer.from(noise);
    chunk.writeDoubleBE(at);
    hash.update(chunk);
    yield chunk;
  }
}

function intoHash(hash: Hash): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done();
    },
  });
}
