import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tlsOptions } from '../../../src/platform/http/tls.js';
import { LOCAL, type Authority, type Certificate, anAuthority } from '../../support/certificates.js';
import { answerOf, rawPost, rawRequest } from '../../support/raw.js';
import { type TestServer, startOne } from '../../support/server.js';

const SECRET = 'internal-secret-of-these-tests-0123456789';
const ANOTHER_MACHINE = '192.0.2.7';
const PROXY = '10.1.2.3';

let authority: Authority;
let stranger: Authority;
let own: Certificate;
let server: TestServer;

beforeAll(async () => {
  authority = anAuthority();
  stranger = anAuthority('Another CA');
  own = authority.issue(LOCAL);
  server = await startOne({
    environment: {
      NODE_ENV: 'production',
      ISSUER: 'https://as.example',
      TRUSTED_PROXIES: '10.0.0.0/8',
      INTERNAL_SECRET: SECRET,
      TLS_CERT: own.certificate,
      TLS_KEY: own.key,
      TLS_CLIENT_CA: authority.certificate,
    },
  });
});

afterAll(() => server?.close());

interface Exchange extends ReturnType<typeof answerOf> {
  /** What the server gave to resume this session by. */
  session: Buffer | undefined;
  reused: boolean;
}

function open(options: ConnectionOptions): TLSSocket {
  return connect({ port: server.port, host: '127.0.0.1', ca: authority.certificate, ...options });
}

/** A handshake with the server; rejects when it fails. */
async function handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = open(options);
  await once(socket, 'secureConnect');
  return socket;
}

/** Sends a request and reads until the server closes. */
async function exchange(request: string, options: ConnectionOptions = {}): Promise<Exchange> {
  const socket = open(options);
  let text = '';
  let session: Buffer | undefined;
  let reused = false;
  socket.on('secureConnect', () => (reused = socket.isSessionReused()));
  socket.on('session', (ticket) => (session = ticket));
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.write(request);
  await once(socket, 'close');
  return { ...answerOf(text), session, reused };
}

const HEALTH = rawRequest('GET /health/live');

describe('a server with a certificate of its own', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    const socket = await handshake({ minVersion: version, maxVersion: version });
    expect(socket.getProtocol()).toBe(version);
    socket.destroy();
    expect(await exchange(HEALTH, { maxVersion: version })).toMatchObject({ status: 200 });
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('refuses %s (ASVS 12.1.1)', async (version) => {
    // Security level 0, or this side would refuse by itself.
    const old = { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' };
    await expect(handshake(old)).rejects.toMatchObject({ code: expect.stringMatching(/PROTOCOL_VERSION/) });
    expect(await exchange(HEALTH)).toMatchObject({ status: 200 });
  });

  it.each([
    'ECDHE-ECDSA-AES128-SHA256',
    'ECDHE-ECDSA-AES256-SHA',
    'ECDHE-ECDSA-AES128-CCM8',
    'ECDHE-ECDSA-NULL-SHA',
    'AECDH-AES256-SHA',
  ])('refuses the cipher suite %s, without authenticated encryption', async (suite) => {
    const weak = { maxVersion: 'TLSv1.2', ciphers: `${suite}:@SECLEVEL=0` } as const;
    await expect(handshake(weak)).rejects.toMatchObject({ code: expect.stringMatching(/HANDSHAKE_FAILURE/) });
  });

  it('speaks HTTP/1.1 and names it; a peer that wants something else is refused', async () => {
    const socket = await handshake({ ALPNProtocols: ['h2', 'http/1.1'] });
    expect(socket.alpnProtocol).toBe('http/1.1');
    socket.destroy();
    await expect(handshake({ ALPNProtocols: ['h2'] })).rejects.toThrow(/alert/);
  });

  it.each([
    ['HTTP/1.1', HEALTH],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['noise', '\0\0\0'],
    ['a lot of noise', 'x'.repeat(20_000)],
  ])('answers nothing that comes in clear, and goes on: %s', async (_, text) => {
    const socket = connectTcp(server.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.end(text, 'latin1');
    await once(socket, 'close');
    expect(answer).not.toContain('HTTP/');
    expect(await exchange(HEALTH)).toMatchObject({ status: 200 });
  });

  it('lets a peer go that never finishes its handshake', async () => {
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const began = performance.now();
    await once(socket.resume(), 'close');
    expect(performance.now() - began).toBeGreaterThan(4_500);
    expect(performance.now() - began).toBeLessThan(8_000);
  });

  it('has the limits and the headers that it has in clear', async () => {
    const answer = await exchange(HEALTH);
    expect(answer.headers.get('Strict-Transport-Security')).toMatch(/^max-age=\d{8}/);
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(await exchange('GET / HTTP/1.1\r\nNot a header\r\n\r\n')).toMatchObject({ status: 400 });
    expect(await exchange(rawRequest('BREW /token'))).toMatchObject({ status: 405 });
    const { headersTimeout, requestTimeout, timeout, keepAliveTimeout } = server.app.getHttpServer();
    expect([headersTimeout, requestTimeout, timeout, keepAliveTimeout].every((ms) => ms > 0)).toBe(true);
  });
});

describe('in production, a request from another machine', () => {
  /** A request over TLS that seems to come from there: what a peer's address is, no test on loopback can choose. */
  async function requestFrom(address: string, ...headers: string[]): Promise<number> {
    server.app.getHttpServer().once('secureConnection', (socket: TLSSocket) => {
      Object.defineProperty(socket, 'remoteAddress', { value: address });
    });
    return (await exchange(rawRequest('GET /api/resources', ['Host: as', ...headers]))).status;
  }

  it.each([ANOTHER_MACHINE, PROXY])('is let in over TLS to this process: from %s', async (address) => {
    expect(await requestFrom(address)).toBe(401);
  });

  it('is believed nothing about how it came, from anyone but a trusted proxy', async () => {
    expect(await requestFrom(ANOTHER_MACHINE, 'X-Forwarded-Proto: http')).toBe(401);
    expect(await requestFrom(PROXY, 'X-Forwarded-Proto: https')).toBe(401);
    expect(await requestFrom(PROXY, 'X-Forwarded-Proto: http')).toBe(400);
  });
});

describe('a route that only the gateway may call', () => {
  const body = JSON.stringify({ username: 'nobody', password: 'x', client_id: 'c' });
  const POST_AUTH = rawPost(
    '/auth',
    [`Authorization: Bearer ${SECRET}`, 'Content-Type: application/json'],
    body,
  );

  const asGateway = (from: Authority, days?: number): ConnectionOptions => {
    const { certificate, key } = from.issue({ name: 'gateway', ...(days === undefined ? {} : { days }) });
    return { cert: certificate, key };
  };

  it('takes the secret with a certificate of the CA in TLS_CLIENT_CA', async () => {
    const answer = await exchange(POST_AUTH, asGateway(authority));
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_credentials' } });
  });

  it.each<[string, () => ConnectionOptions]>([
    ['no certificate', () => ({})],
    ['a certificate of another CA', () => asGateway(stranger)],
    ['a certificate that has expired', () => asGateway(authority, -1)],
  ])('refuses the secret with %s', async (_, certificate) => {
    const answer = await exchange(POST_AUTH, certificate());
    expect(answer).toMatchObject({ status: 403, json: { status: 403 } });
  });

  it('refuses the certificate without the secret', async () => {
    const request = POST_AUTH.replace(SECRET, 'another-secret-than-the-one-of-these-tests');
    const answer = await exchange(request, asGateway(authority));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is not opened by resuming a session that began without a certificate: %s',
    async (maxVersion) => {
      const { status, session } = await exchange(POST_AUTH, { maxVersion });
      expect({ status, resumable: session !== undefined }).toEqual({ status: 403, resumable: true });
      const resumed = await exchange(POST_AUTH, { maxVersion, ...(session && { session }) });
      expect(resumed).toMatchObject({ status: 403, reused: true });
    },
  );

  it('is the only one that asks for a certificate', async () => {
    expect(await exchange(HEALTH)).toMatchObject({ status: 200 });
    expect(await exchange(HEALTH, asGateway(stranger))).toMatchObject({ status: 200 });
  });
});

describe('a certificate that cannot be used', () => {
  it.each<[string, RegExp, () => Parameters<typeof tlsOptions>[0]]>([
    [
      'with another key',
      /^TLS_KEY is not the key/,
      () => ({ ...own, key: stranger.issue(LOCAL).key, clientCa: undefined }),
    ],
    ['that is none', /^TLS_KEY is not the key/, () => ({ ...own, certificate: 'x', clientCa: undefined })],
    ['with a CA that is none', /^TLS_CLIENT_CA does not/, () => ({ ...own, clientCa: HALF })],
    [
      'with a second CA that is none',
      /^TLS_CLIENT_CA does not/,
      () => ({ ...own, clientCa: spoilt(authority) }),
    ],
  ])('stops the start, by the name of its variable: %s', (_, message, config) => {
    expect(() => tlsOptions(config())).toThrow(message);
  });
});

const HALF = '-----BEGIN CERTIFICATE-----\nMIIB';

/** Two certificates, the second of which is damaged. */
function spoilt({ certificate }: Authority): string {
  return certificate + certificate.replace(/\nMII.{20}/, '\nMII');
}
