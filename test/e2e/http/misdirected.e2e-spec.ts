import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, bearer } from '../../support/http.js';
import { answerOf, raw, rawPost, rawRequest } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type TestServer, startServer } from '../../support/server.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/upstream-recorder.js';

const DETAIL = 'This server does not answer for the host that the request names.';

async function get(server: Pick<TestServer, 'port'>, host: string, target = '/health/live'): Promise<Answer> {
  return answerOf(await raw(server, rawRequest(`GET ${target}`, [`Host: ${host}`])));
}

describe('a request for another server (RFC 9110 §7.4, RFC 9112 §3.2)', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({
      ISSUER: 'https://as.bank.example',
      AUDIENCE: 'https://api.bank.example',
      ALLOWED_HOSTS: 'internal, Node-1.internal',
    });
  });

  afterAll(() => server.close());

  it.each([
    ...['localhost', 'localhost:1', '127.0.0.1:3000', '169.254.169.254', '[::1]:3000', '10.1.2.3'],
    ...['as.bank.example', 'AS.Bank.Example', 'api.bank.example:443', 'internal', 'node-1.internal:8080'],
  ])('is none that names %s', async (host) => expect((await get(server, host)).status).toBe(200));

  it.each([
    ...['evil', 'evil.example:3000', 'bank.example', 'www.as.bank.example', 'as.bank.example.evil'],
    ...['localhost.', 'localhost.evil', '127.0.0.1.nip.example', '127.1', '0x7f000001', 'a_b.example'],
  ])('is refused with 421: %s', async (host) => {
    for (const target of ['/health/live', '/api/resources', '/nothing', '/docs']) {
      const { status, json, text } = await get(server, host, target);
      expect({ status, json }).toMatchObject({ status: 421, json: { status: 421, detail: DETAIL } });
      expect(text).not.toContain(host);
    }
  });

  it('gets no token, and is answered in the words of OAuth', async () => {
    const form = 'grant_type=password&username=a&password=b';
    const headers = ['Content-Type: application/x-www-form-urlencoded'];
    const request = rawPost('/token', headers, form).replace('Host: as', 'Host: evil');
    const { status, json, headers: answered } = answerOf(await raw(server, request));
    expect(status).toBe(421);
    expect(json).toEqual({ error: 'invalid_request', error_description: DETAIL });
    expect(answered.get('Cache-Control')).toBe('no-store');
  });
});

describe('ALLOWED_HOSTS=*', () => {
  it('leaves the question to a proxy in front', async () => {
    const server = await startServer({ ALLOWED_HOSTS: '*' });
    try {
      expect((await get(server, 'evil')).status).toBe(200);
      expect((await get(server, 'a b')).status).toBe(400);
    } finally {
      await server.close();
    }
  });
});

describe('a request for another server, at the gateway', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let token: string;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    gateway = await startRoutedGateway([
      { id: 'any', path: '/any/**', upstream: upstream.origin },
      { id: 'open', path: '/open/**', public: true, upstream: upstream.origin },
    ]);
    token = await gateway.tokenFor('orders:read');
  });

  afterAll(async () => {
    await gateway?.close();
    await upstream?.close();
  });

  beforeEach(() => upstream.forget());

  it.each([
    ['a call', []],
    ['a handshake', ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']],
    ['a call that waits for a 100', ['Expect: 100-continue', 'Content-Length: 1']],
  ])('is not forwarded: %s', async (_, fields) => {
    for (const path of ['/any/7', '/open/7']) {
      const headers = ['Host: evil', `Authorization: Bearer ${token}`, ...fields];
      expect(answerOf(await raw(gateway, rawRequest(`GET ${path}`, headers))).status).toBe(421);
    }
    expect(upstream.wire).toBe('');
    expect((await bearer(gateway, token, '/any/7')).status).toBe(200);
  });
});
