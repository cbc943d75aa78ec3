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

class Behind {
  private constructor(
    readonly server: TestServer,
    private readonly client: TestClient,
    private readonly person: TestPerson,
  ) {}

  static async proxies(trusted: string): Promise<Behind> {
    const server = await startServer({ TRUSTED_PROXIES: trusted });
    return new Behind(server, await aConfidentialClient(server), await aPerson(server));
  }

  /** The address that a sign-in with these headers is remembered and logged with. */
  async addressOf(headers: Record<string, string>): Promise<string> {
    const { username, password } = this.person;
    const form = { grant_type: 'password', username, password };
    const answer = await post(this.server, '/token', this.client, form, headers);
    expect(answer.status).toBe(200);
    const sessions = await bearer(this.server, answer.json.access_token, '/account/sessions?limit=1');
    const { ip } = sessions.json.items[0];
    const line = this.logOf(answer.headers.get('X-Request-Id')!);
    expect(line.ip).toBe(ip);
    return ip;
  }

  async requestIdFor(name: string): Promise<string> {
    const { headers } = await call(this.server, '/health/live', { headers: { 'X-Request-Id': name } });
    const id = headers.get('X-Request-Id')!;
    expect(this.logOf(id).route).toBe('/health/live');
    return id;
  }

  private logOf(requestId: string): { ip: string; route: string } {
    return JSON.parse(this.server.logs.find((line) => line.includes(`"request_id":"${requestId}"`))!);
  }
}

describe.each([
  ['no proxy is trusted', ''],
  ['only others are', '10.0.0.0/8,2001:db8::/32'],
])('forwarding headers where %s', (_, trusted) => {
  let behind: Behind;

  beforeAll(async () => {
    behind = await Behind.proxies(trusted);
  });

  afterAll(() => behind.server.close());

  it('say nothing about the peer, be it loopback', async () => {
    expect(await behind.addressOf(CLAIMS)).toBe('127.0.0.1');
  });

  it('change no document', async () => {
    const plain = await call(behind.server, METADATA);
    const claimed = await call(behind.server, METADATA, { headers: CLAIMS });
    expect(claimed.text).toBe(plain.text);
    expect(claimed.text).not.toContain('evil');
  });

  it('name no request', async () => {
    expect(await behind.requestIdFor('chosen-by-the-peer')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('forwarding headers from a trusted proxy', () => {
  let behind: Behind;

  beforeAll(async () => {
    behind = await Behind.proxies('127.0.0.0/8,10.0.0.0/8');
  });

  afterAll(() => behind.server.close());

  it('say who the client is', async () => {
    expect(await behind.addressOf(CLAIMS)).toBe('203.0.113.7');
    expect(await behind.addressOf({})).toBe('127.0.0.1');
  });

  it('count from the right, to the first that is not trusted: what a client put in front does not', async () => {
    const chain = '198.51.100.1, 203.0.113.7, 10.1.2.3';
    expect(await behind.addressOf({ 'X-Forwarded-For': chain })).toBe('203.0.113.7');
  });

  it('still change no document', async () => {
    const plain = await call(behind.server, METADATA);
    expect((await call(behind.server, METADATA, { headers: CLAIMS })).text).toBe(plain.text);
  });

  it('name the request when the name is in order', async () => {
    expect(await behind.requestIdFor('edge-5f0c4a52.1')).toBe('edge-5f0c4a52.1');
  });

  it.each(['short', 'with space in it', '<script>alert(1)</script>', 'x'.repeat(129), 'quote"quote"'])(
    'do not name it %s',
    async (name) => {
      expect(await behind.requestIdFor(name)).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});
