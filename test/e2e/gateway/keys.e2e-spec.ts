import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SigningKeyStore } from '../../../src/modules/tokens/signing-keys/signing-key.js';
import { bearerVerdict } from '../../support/bearer-verdict.js';
import { MovableClock } from '../../support/clock.js';
import { type TestDatabase, aDatabase } from '../../support/database.js';
import { freePort } from '../../support/free-port.js';
import { until } from '../../support/gateway-front.js';
import { type Answer, bearer, call, signIn } from '../../support/http.js';
import { decodeJwt, signedWith, theServersKey, unsigned } from '../../support/jwt.js';
import { type KeySetFront, startKeySetFront } from '../../support/key-set-front.js';
import { aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startOne } from '../../support/server.js';
import { API } from '../../support/verdicts.js';

/** For how long the gateway lets its keys be kept, and how soon after a look the API may look again. Seconds. */
const [MAX_AGE, COOL_DOWN] = [300, 5];

type IssuerKey = Awaited<ReturnType<typeof theServersKey>>;

/** The API with the gateway that may be stopped and started, and what stands between them. */
let clock: MovableClock;
let front: KeySetFront;
let database: TestDatabase;
let environment: Record<string, string>;
let gateway: TestServer;
let api: TestServer;
/** The gateway's key, which outlives the gateway here, and what it says of a caller. */
let key: IssuerKey;
let asserted: Record<string, unknown>;
let accessToken: string;

beforeAll(async () => {
  clock = new MovableClock();
  clock.stop();
  database = await aDatabase();
  const [gatewayPort, apiPort] = [await freePort(), await freePort()];
  front = await startKeySetFront(`http://127.0.0.1:${gatewayPort}`);
  environment = {
    ROLES: 'identity,oauth,gateway',
    PORT: String(gatewayPort),
    API_URL: `http://127.0.0.1:${apiPort}`,
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
  };
  api = await startOne({
    clock,
    environment: {
      ROLES: 'api',
      PORT: String(apiPort),
      ISSUER: `http://localhost:${gatewayPort}`,
      GATEWAY_URL: front.origin,
    },
  });
});

afterAll(async () => {
  await gateway?.close();
  await api?.close();
  await front?.close();
  await database?.drop();
});

async function startGateway(): Promise<void> {
  gateway = await startOne({ environment, database, clock });
  key = await theServersKey(gateway, 'ES256');
}

/** As the gateway would sign it at this moment, by whichever key. */
function anAssertion(header: object = {}, privateKey = key.privateKey): string {
  const iat = clock.seconds();
  return signedWith(
    privateKey,
    { typ: 'identity+jwt', alg: 'ES256', kid: key.kid, ...header },
    { ...asserted, iat, exp: iat + 10, htm: 'GET', path: API },
  );
}

async function atTheApi(assertion: string): Promise<Answer> {
  return call(api, API, { headers: { 'X-Identity': assertion } });
}

/** Not now, and no word about the caller. */
function expectUnavailable({ status, headers, json }: Answer): void {
  expect({ status, challenge: headers.get('WWW-Authenticate') }).toEqual({ status: 503, challenge: null });
  expect(Number(headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
  expect(json).toMatchObject({ status: 503, request_id: expect.any(String) });
}

describe('an API that started before its gateway', () => {
  it('is ready, and answers 503 with Retry-After: it cannot know who calls', async () => {
    const [header, claims] = [{ typ: 'identity+jwt', alg: 'ES256', kid: 'of-the-gateway' }, { sub: 'x' }];
    const assertion = unsigned(header, claims, randomBytes(64).toString('base64url'));
    expectUnavailable(await atTheApi(assertion));
    expectUnavailable(await atTheApi(assertion));
    expect(front.fetched).toBe(1);
    expect((await call(api, '/health/ready')).status).toBe(200);
    expect(bearerVerdict(await atTheApi(unsigned({ ...header, alg: 'none' }, claims)))).toBe('invalid_token');
    expect(bearerVerdict(await call(api, API))).toBe('no token');
  });

  it('serves calls as soon as the gateway is there, without a restart', async () => {
    await startGateway();
    const client = await aConfidentialClient(gateway);
    const { json } = await signIn(gateway, client, await aPerson(gateway));
    accessToken = json.access_token;
    asserted = decodeJwt(accessToken).claims;
    expectUnavailable(await bearer(gateway, accessToken, API));
    clock.advance(COOL_DOWN);
    expect(bearerVerdict(await bearer(gateway, accessToken, API))).toBe('accepted');
    expect(front.fetched).toBe(2);
    expect(bearerVerdict(await atTheApi(anAssertion()))).toBe('accepted');
  });
});

describe('keys that nobody has', () => {
  const MANY = 2_000;
  const AT_ONCE = 50;

  beforeEach(async () => {
    await atTheApi(anAssertion());
    clock.advance(COOL_DOWN);
    front.fetched = 0;
  });

  const aRandomKid = (): object => ({ kid: randomBytes(9).toString('base64url') });

  /** Assertions and verdicts, so many at once. @returns how often each verdict was given */
  async function verdictsOn(
    total: number,
    send: (at: number) => Promise<Answer>,
  ): Promise<Record<string, number>> {
    const verdicts: Record<string, number> = {};
    for (let from = 0; from < total; from += AT_ONCE) {
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => send(from + at)));
      for (const answer of answers) {
        const verdict = bearerVerdict(answer);
        verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      }
    }
    return verdicts;
  }

  it('send the API to the gateway once in a cool-down, and keep nobody else waiting', async () => {
    const genuine = anAssertion();
    const isGenuine = (at: number): boolean => at % 20 === 0;
    const send = (at: number): Promise<Answer> =>
      atTheApi(isGenuine(at) ? genuine : anAssertion(aRandomKid()));
    expect(await verdictsOn(MANY, send)).toEqual({ accepted: MANY / 20, invalid_token: MANY - MANY / 20 });
    expect(front.fetched).toBe(1);
    clock.advance(COOL_DOWN - 1);
    await verdictsOn(AT_ONCE, send);
    expect(front.fetched).toBe(1);
    clock.advance(1);
    await verdictsOn(AT_ONCE, send);
    expect(front.fetched).toBe(2);
  });

  it('wait for one answer together, while a known key needs none', async () => {
    front.behave('hold');
    const unknown = verdictsOn(AT_ONCE, () => atTheApi(anAssertion(aRandomKid())));
    await until(() => front.waiting === 1, 'the question');
    expect(bearerVerdict(await atTheApi(anAssertion()))).toBe('accepted');
    expect(bearerVerdict(await bearer(gateway, accessToken, API))).toBe('accepted');
    expect([front.waiting, front.fetched]).toEqual([1, 1]);
    front.behave('pass on');
    expect(await unknown).toEqual({ invalid_token: AT_ONCE });
    expect(front.fetched).toBe(1);
  });

  it('send the gateway itself to its database as rarely', async () => {
    const looks = vi.spyOn(gateway.app.get(SigningKeyStore), 'list');
    const { header, claims } = decodeJwt(accessToken);
    const started = performance.now();
    const send = (at: number): Promise<Answer> => {
      const forged = signedWith(key.privateKey, { ...header, ...aRandomKid() }, claims);
      return bearer(gateway, at % 20 === 0 ? accessToken : forged, API);
    };
    expect(await verdictsOn(500, send)).toEqual({ accepted: 25, invalid_token: 475 });
    const seconds = (performance.now() - started) / 1000;
    expect(looks.mock.calls.length).toBeGreaterThanOrEqual(1);
    expect(looks.mock.calls.length).toBeLessThanOrEqual(1 + Math.floor(seconds));
    looks.mockRestore();
  });
});

describe('keys while the gateway is away', () => {
  it('count for as long as the gateway allowed, and then nothing does', async () => {
    clock.advance(MAX_AGE);
    expect(bearerVerdict(await atTheApi(anAssertion()))).toBe('accepted');
    await gateway.close();
    clock.advance(MAX_AGE - 1);
    expect(bearerVerdict(await atTheApi(anAssertion()))).toBe('accepted');
    expect(bearerVerdict(await atTheApi(anAssertion({ alg: 'none' })))).toBe('invalid_token');
    clock.advance(1);
    front.fetched = 0;
    for (let times = 0; times < 20; times += 1) expectUnavailable(await atTheApi(anAssertion()));
    expect(front.fetched).toBe(1);
    expect(bearerVerdict(await atTheApi(anAssertion({ alg: 'none' })))).toBe('invalid_token');
    clock.advance(10 * MAX_AGE);
    expectUnavailable(await atTheApi(anAssertion()));
  });

  it('count again when it is back, without a restart of the API', async () => {
    const { kid } = key;
    await startGateway();
    expect(key.kid).toBe(kid);
    clock.advance(COOL_DOWN);
    expect(bearerVerdict(await atTheApi(anAssertion()))).toBe('accepted');
  });

  it('are not had from a connection that breaks, nor from one that never answers', async () => {
    for (const behaviour of ['break', 'hold'] as const) {
      clock.advance(MAX_AGE);
      front.behave(behaviour);
      expectUnavailable(await atTheApi(anAssertion()));
    }
    front.behave('pass on');
    clock.advance(COOL_DOWN);
    expect(bearerVerdict(await atTheApi(anAssertion()))).toBe('accepted');
  });
});

describe('a key that the gateway has withdrawn', () => {
  it('counts no longer than the set in which it was published', async () => {
    const { keys } = (await call(gateway, '/.well-known/jwks.json')).json;
    const others = keys.filter(({ kid }: { kid: string }) => kid !== key.kid);
    expect(others).toHaveLength(keys.length - 1);
    clock.advance(MAX_AGE);
    expect(bearerVerdict(await atTheApi(anAssertion()))).toBe('accepted');
    front.publish(others);
    clock.advance(MAX_AGE - 1);
    expect(bearerVerdict(await atTheApi(anAssertion()))).toBe('accepted');
    clock.advance(1);
    expect(bearerVerdict(await atTheApi(anAssertion()))).toBe('invalid_token');
    front.publish(undefined);
    clock.advance(COOL_DOWN);
    expect(bearerVerdict(await atTheApi(anAssertion()))).toBe('accepted');
  });
});
