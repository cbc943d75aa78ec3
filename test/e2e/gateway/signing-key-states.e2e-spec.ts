import type { KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIGNING_ALGORITHMS } from '../../../src/protocol/signing-algorithms.js';
import { bearerVerdict } from '../../support/bearer-verdict.js';
import { type GatewayTopology, asOne, startTopology } from '../../support/gateway-topology.js';
import { bearer, call, signIn } from '../../support/http.js';
import { decodeJwt, signedWith, theServersKey } from '../../support/jwt.js';
import { type TestClient, aConfidentialClient, aPerson } from '../../support/mothers.js';
import type { TestServer } from '../../support/server.js';
import { anAnnouncedKey, moveKey, publishedKids } from '../../support/signing-keys.js';
import {
  type TokenPlaces,
  expectAccepted,
  expectRefused,
  startTokenPlaces,
} from '../../support/token-places.js';
import { API } from '../../support/verdicts.js';

/** For how long the gateway lets its keys be kept. Seconds. */
const MAX_AGE = 300;

type IssuerKey = { kid: string; privateKey: KeyObject };

async function aToken(server: TestServer, client?: TestClient): Promise<string> {
  const used = client ?? (await aConfidentialClient(server));
  return (await signIn(server, used, await aPerson(server))).json.access_token;
}

describe('API, introspection and gateway', () => {
  let places: TokenPlaces;

  beforeAll(async () => {
    places = await startTokenPlaces();
  });

  afterAll(() => places?.close());

  describe.each(SIGNING_ALGORITHMS)('with a key for %s that is', (algorithm) => {
    let client: TestClient;
    let first: string;
    let next: IssuerKey;
    let signedByFirst: string;

    beforeAll(async () => {
      const { server } = places;
      client = await aConfidentialClient(server, { signingAlgorithm: algorithm });
      first = (await theServersKey(server, algorithm)).kid;
      next = await anAnnouncedKey(server, algorithm);
      signedByFirst = await aToken(server, client);
    });

    it('announced: accept its tokens, although it does not sign yet', async () => {
      expect(await publishedKids(places.server)).toEqual(expect.arrayContaining([first, next.kid]));
      const { header, claims } = decodeJwt(signedByFirst);
      expect(header.kid).toBe(first);
      await expectAccepted(places, signedWith(next.privateKey, { ...header, kid: next.kid }, claims));
    });

    it('active: accept its tokens and those of the key that signed before', async () => {
      await moveKey(places.server, next.kid, 'activeAt');
      const token = await aToken(places.server, client);
      expect(decodeJwt(token).header).toMatchObject({ kid: next.kid, alg: algorithm });
      await expectAccepted(places, token);
      await expectAccepted(places, signedByFirst);
    });

    it('retired: accept its tokens', async () => {
      await moveKey(places.server, first, 'retiredAt');
      expect(await publishedKids(places.server)).toEqual(expect.arrayContaining([first, next.kid]));
      await expectAccepted(places, signedByFirst);
    });

    it('removed: refuse its tokens, and no others', async () => {
      await moveKey(places.server, first, 'removedAt');
      const kids = await publishedKids(places.server);
      expect(kids).toContain(next.kid);
      expect(kids).not.toContain(first);
      await expectRefused(places, signedByFirst);
      await expectAccepted(places, await aToken(places.server, client));
    });
  });
});

describe('an API behind a gateway', () => {
  let topology: GatewayTopology;
  let first: IssuerKey;
  let next: IssuerKey;
  let asserted: Record<string, unknown>;

  beforeAll(async () => {
    topology = await startTopology();
    topology.clock.stop();
    first = await theServersKey(topology.gateway);
    next = await anAnnouncedKey(topology.gateway);
    asserted = decodeJwt(await aToken(asOne(topology))).claims;
  });

  afterAll(() => topology?.close());

  /** What the API makes of an assertion that a key of the gateway signed. */
  async function verdictOn({ kid, privateKey }: IssuerKey): Promise<string> {
    const iat = topology.clock.seconds();
    const assertion = signedWith(
      privateKey,
      { typ: 'identity+jwt', alg: 'ES256', kid },
      { ...asserted, iat, exp: iat + 10, htm: 'GET', path: API },
    );
    return bearerVerdict(await call(topology.api, API, { headers: { 'X-Identity': assertion } }));
  }

  it('accepts assertions of announced and of active keys', async () => {
    expect(await verdictOn(first)).toBe('accepted');
    expect(await verdictOn(next)).toBe('accepted');
  });

  it('accepts assertions of the key that became active, and of the one that is retired', async () => {
    await moveKey(topology.gateway, next.kid, 'activeAt');
    await moveKey(topology.gateway, first.kid, 'retiredAt');
    topology.clock.advance(MAX_AGE);
    const token = await aToken(asOne(topology));
    expect(bearerVerdict(await bearer(topology.gateway, token, API))).toBe('accepted');
    expect(await verdictOn(first)).toBe('accepted');
  });

  it('refuses those of a removed key once the key set that it kept is too old', async () => {
    await moveKey(topology.gateway, first.kid, 'removedAt');
    expect(await verdictOn(first)).toBe('accepted');
    topology.clock.advance(MAX_AGE);
    expect(await verdictOn(first)).toBe('invalid_token');
    expect(await verdictOn(next)).toBe('accepted');
  });
});
