import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, call, post } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

const METADATA = '/.well-known/oauth-authorization-server';

/** What a peer may claim about where a request came from. */
const CLAIMS = {
  'X-Forwarded-For': '203.0.113.7',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Port': '444',
  'X-Forwarded-Prefix': '/evil',
  Forwarded: 'for=203.0.113.8;host=evil.example;proto=https',
  'X-Real-IP': '203.0.113.9',
  'True-Client-IP': '203.0.113.10',
  'CF-Connecting-IP': '203.0.113.11',
  'X-Client-IP': '203.0.113.12',
};

interface Behind {
  server: TestServer;
  client: TestClient;
  person: TestPerson;
}

async function aServerBehind(trustedProxies: string): Promise<Behind> {
  const server = await startServer({ TRUSTED_PROXIES: trustedProxies });
  return { server, client: await aConfidentialClient(server), person: await aPerson(server) };
}

/** The address that a sign-in with these headers is remembered with, and the one it is logged with. */
async function addressesOf(
  { server, client, person: { username, password } }: Behind,
  headers: Record<string, string>,
): Promise<{ session: string; log: string }> {
  const form = { grant_type: 'password', username, password };
  const answer = await post(server, '/token', client, form, headers);
  const sessions = await bearer(server, answer.json.access_token, '/account/sessions?limit=1');
  const { ip: log } = logOf(server, answer.headers.get('X-Request-Id')!);
  return { session: sessions.json.items[0].ip, log };
}

/** What a request is called that comes with this name, in the answer as in the log. */
async function requestIdFor({ server }: Behind, name: string): Promise<string> {
  const { headers } = await call(server, '/health/live', { headers: { 'X-Request-Id': name } });
  return logOf(server, headers.get('X-Request-Id')!).request_id;
}

function logOf(server: TestServer, requestId: string): { request_id: string; ip: string } {
  return JSON.parse(server.logs.find((line) => line.includes(`"request_id":"${requestId}"`))!);
}

const both = (address: string) => ({ session: address, log: address });

describe.each([
  ['no proxy is trusted', ''],
  ['only others are', '10.0.0.0/8,2001:db8::/32'],
])('forwarding headers where %s', (_, trusted) => {
  let behind: Behind;

  beforeAll(async () => {
    behind = await aServerBehind(trusted);
  });

  afterAll(() => behind.server.close());

  it('say nothing about the peer, be it loopback', async () => {
    expect(await addressesOf(behind, CLAIMS)).toEqual(both('127.0.0.1'));
  });

  it('change no document', async () => {
    const plain = await call(behind.server, METADATA);
    const claimed = await call(behind.server, METADATA, { headers: CLAIMS });
    expect(claimed.text).toBe(plain.text);
    expect(claimed.text).not.toContain('evil');
  });

  it('name no request', async () => {
    expect(await requestIdFor(behind, 'chosen-by-the-peer')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('forwarding headers from a trusted proxy', () => {
  let behind: Behind;

  beforeAll(async () => {
    behind = await aServerBehind('127.0.0.0/8,10.0.0.0/8');
  });

  afterAll(() => behind.server.close());

  it('say who the client is', async () => {
    expect(await addressesOf(behind, CLAIMS)).toEqual(both('203.0.113.7'));
    expect(await addressesOf(behind, {})).toEqual(both('127.0.0.1'));
  });

  it('count from the right, to the first that is not trusted: what a client put in front does not', async () => {
    const chain = '198.51.100.1, 203.0.113.7, 10.1.2.3';
    expect(await addressesOf(behind, { 'X-Forwarded-For': chain })).toEqual(both('203.0.113.7'));
  });

  it.each([
    '203.0.113.7:51234',
    '::ffff:203.0.113.7',
    '198.51.100.1, [::ffff:203.0.113.7]:443, 10.1.2.3:6000',
  ])('name an address alone, without port and in one notation: %s', async (value) => {
    expect(await addressesOf(behind, { 'X-Forwarded-For': value })).toEqual(both('203.0.113.7'));
  });

  it.each(['unknown', '0313.0.113.7', '198.51.100.1, "203.0.113.7'])(
    'that name no address count as the address of the proxy: %s',
    async (value) => {
      expect(await addressesOf(behind, { 'X-Forwarded-For': value })).toEqual(both('127.0.0.1'));
    },
  );

  it('say so in the log of a request that no route could be found for', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.7:51234' };
    const answer = await call(behind.server, '/%zz', { headers });
    const requestId = answer.headers.get('X-Request-Id')!;
    await expect.poll(() => behind.server.logs.join('')).toContain(requestId);
    expect([answer.status, logOf(behind.server, requestId).ip]).toEqual([400, '203.0.113.7']);
  });

  it('still change no document', async () => {
    const plain = await call(behind.server, METADATA);
    expect((await call(behind.server, METADATA, { headers: CLAIMS })).text).toBe(plain.text);
  });

  it('name the request when the name is in order', async () => {
    expect(await requestIdFor(behind, 'edge-5f0c4a52.1')).toBe('edge-5f0c4a52.1');
  });

  it.each(['short', 'with space in it', '<script>alert(1)</script>', 'x'.repeat(129), 'quote"quote"'])(
    'do not name it %s',
    async (name) => {
      expect(await requestIdFor(behind, name)).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});
