import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { type Answer, post, signIn } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectOAuthError } from '../../support/verdicts.js';

/** Where a request comes from: the network of its address, and its browser. */
interface Origin {
  ip: string;
  userAgent: string;
}

const HOME: Origin = { ip: '203.0.113.7', userAgent: 'Browser/1' };
const MAX_REPEATS = 100;

let server: TestServer;
let client: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer({ TRUSTED_PROXIES: '127.0.0.1' });
  client = await aConfidentialClient(server, { refreshLeeway: 60 });
  person = await aPerson(server);
});

afterAll(() => server.close());

function refreshFrom({ ip, userAgent }: Origin, refreshToken: string): Promise<Answer> {
  return post(
    server,
    '/token',
    client,
    { grant_type: 'refresh_token', refresh_token: refreshToken },
    { 'X-Forwarded-For': ip, 'User-Agent': userAgent },
  );
}

/** A refresh token, rotated from HOME. */
async function aRotation(): Promise<{ token: string; successor: string; grantId: string }> {
  const { json } = await signIn(server, client, person);
  const rotated = await refreshFrom(HOME, json.refresh_token);
  expect(rotated.status).toBe(200);
  const grantId: string = decodeJwt(json.access_token).claims.sid;
  return { token: json.refresh_token, successor: rotated.json.refresh_token, grantId };
}

async function rotationsOf(grantId: string): Promise<{ used: boolean; network: string; repeats: number }[]> {
  return server.app.get(DataSource).query(
    `SELECT used_at IS NOT NULL AS used, rotation_network AS network, rotation_repeats AS repeats
     FROM refresh_tokens WHERE grant_id = $1 ORDER BY created_at`,
    [grantId],
  );
}

const linesOf = (grantId: string, message: string): any[] =>
  server.logs
    .filter((line) => line.includes(grantId) && line.includes(message))
    .map((line) => JSON.parse(line));

describe('a refresh repeated within the leeway (RFC 9700 §4.14.2)', () => {
  it.each([
    ['the same network and user agent', HOME],
    ['another network with the same user agent', { ...HOME, ip: '198.51.100.1' }],
    ['another user agent in the same network', { ...HOME, userAgent: 'Browser/2' }],
  ])('gets the same successor from %s', async (_, origin) => {
    const { token, successor } = await aRotation();
    expect((await refreshFrom(origin, token)).json.refresh_token).toBe(successor);
  });

  it('gets it from another address of the same IPv6 network', async () => {
    const { json } = await signIn(server, client, person);
    const rotated = await refreshFrom({ ip: '2001:db8:1:2::1', userAgent: 'Browser/1' }, json.refresh_token);
    const repeat = await refreshFrom(
      { ip: '2001:db8:1:2::ffff', userAgent: 'Browser/2' },
      json.refresh_token,
    );
    expect(repeat.json.refresh_token).toBe(rotated.json.refresh_token);
  });

  it('is reuse when network and user agent both differ: the grant ends, and the log says where it came from', async () => {
    const { token, successor, grantId } = await aRotation();
    const thief = { ip: '198.51.100.1', userAgent: 'Thief/1' };
    expectOAuthError(await refreshFrom(thief, token), 'invalid_grant');
    expectOAuthError(await refreshFrom(HOME, successor), 'invalid_grant');
    expect(linesOf(grantId, 'used refresh token came back')).toMatchObject([
      { network: thief.ip, user_agent: thief.userAgent, rotation_network: HOME.ip, sub: person.sub },
    ]);
  });

  it('is logged the first time, with network and user agent, and counted the other times', async () => {
    const { token, grantId } = await aRotation();
    for (let times = 0; times < 3; times += 1) expect((await refreshFrom(HOME, token)).status).toBe(200);
    expect(linesOf(grantId, 'repeated within the leeway')).toMatchObject([
      { network: HOME.ip, user_agent: HOME.userAgent, sub: person.sub, client_id: client.id },
    ]);
    expect((await rotationsOf(grantId)).map(({ repeats }) => repeats)).toEqual([0, 3]);
  });

  it('is refused with 429 after 100 of one rotation, and the session lives on', async () => {
    const { token, successor, grantId } = await aRotation();
    await server.app
      .get(DataSource)
      .query('UPDATE refresh_tokens SET rotation_repeats = $2 WHERE grant_id = $1 AND used_at IS NULL', [
        grantId,
        MAX_REPEATS - 1,
      ]);
    expect((await refreshFrom(HOME, token)).json.refresh_token).toBe(successor);
    for (let times = 0; times < 2; times += 1) {
      const refused = await refreshFrom(HOME, token);
      expectOAuthError(refused, 'temporarily_unavailable', 429);
      expect(refused.headers.get('Retry-After')).toBe('1');
    }
    const next = await refreshFrom(HOME, successor);
    expect(next.status).toBe(200);
    // The next rotation has a count of its own.
    expect((await refreshFrom(HOME, successor)).json.refresh_token).toBe(next.json.refresh_token);
  });

  it('leaves of each rotation no network behind once its successor is used', async () => {
    const { successor, grantId } = await aRotation();
    await refreshFrom({ ip: '198.51.100.9', userAgent: 'Browser/1' }, successor);
    expect(await rotationsOf(grantId)).toMatchObject([
      { used: true, network: null },
      { used: true, network: null },
      { used: false, network: '198.51.100.9' },
    ]);
  });

  it('gets the same successor where a version without the columns rotated', async () => {
    const { token, successor, grantId } = await aRotation();
    await server.app
      .get(DataSource)
      .query(
        'UPDATE refresh_tokens SET rotation_network = NULL, rotation_user_agent = NULL WHERE grant_id = $1',
        [grantId],
      );
    const repeat = await refreshFrom({ ip: '198.51.100.1', userAgent: 'Browser/2' }, token);
    expect(repeat.json.refresh_token).toBe(successor);
  });
});
