import type { KeyObject } from 'node:crypto';
import { createPublicKey, verify } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessTokenIssuer, GrantRegistry } from '../../src/modules/tokens/index.js';
import { bearer, call, post, refresh, signIn } from '../support/http.js';
import { type DecodedJwt, decodeJwt, encode, signedWith, theServersKey } from '../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../support/mothers.js';
import type { TestServer } from '../support/server.js';
import {
  type TokenPlaces,
  expectAccepted,
  expectAttacksRefused,
  expectRefused,
  startTokenPlaces,
} from '../support/token-places.js';
import { API, introspect } from '../support/verdicts.js';

let places: TokenPlaces;
let server: TestServer;
let client: TestClient;
let person: TestPerson;
let resourceServer: TestClient;
let accessToken: string;
let genuine: DecodedJwt;
let key: KeyObject;

beforeAll(async () => {
  places = await startTokenPlaces();
  ({ server, client, resourceServer } = places);
  person = await aPerson(server, { name: 'Alice Example', email: 'alice@example.com', roles: ['admin'] });
  accessToken = (await signIn(server, client, person)).json.access_token;
  genuine = decodeJwt(accessToken);
  key = (await theServersKey(server)).privateKey;
});

afterAll(() => places?.close());

/** Signs the genuine claims with changes by the server's own key; text in place of claims is signed as it stands. */
function signed(changes: Record<string, unknown> | string, header: Record<string, unknown> = {}): string {
  const claims = typeof changes === 'string' ? changes : { ...genuine.claims, ...changes };
  return signedWith(key, { ...genuine.header, ...header }, claims);
}

/** Each value is refused at every place that judges tokens; afterwards the genuine token still works at all of them. */
async function expectEachRefused(claim: string, values: readonly unknown[]): Promise<void> {
  const attacks = values.map((value) => [JSON.stringify(value) ?? 'absent', signed({ [claim]: value })]);
  await expectAttacksRefused(places, Object.fromEntries(attacks) as Record<string, string>, accessToken);
}

describe('RFC 9068 §2.1: the header', () => {
  it('is typed at+jwt and signed by a published key with the algorithm of that key', async () => {
    const { keys } = (await call(server, '/.well-known/jwks.json')).json;
    const jwk = keys.find(({ kid }: { kid: string }) => kid === genuine.header.kid);
    expect(genuine.header).toEqual({ typ: 'at+jwt', alg: 'ES256', kid: jwk.kid });
    expect(jwk.alg).toBe('ES256');
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    const input = Buffer.from(accessToken.slice(0, accessToken.lastIndexOf('.')));
    expect(verify('sha256', input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, genuine.signature)).toBe(
      true,
    );
  });

  it('carries RS256 for a client that asks for it, which every authorization server must support', async () => {
    const rsaClient = await aConfidentialClient(server, { signingAlgorithm: 'RS256' });
    const { status, json } = await signIn(server, rsaClient, person);
    expect(status).toBe(200);
    const { header, signature } = decodeJwt(json.access_token);
    expect(header).toMatchObject({ typ: 'at+jwt', alg: 'RS256' });
    const { keys } = (await call(server, '/.well-known/jwks.json')).json;
    const jwk = keys.find(({ kid }: { kid: string }) => kid === header.kid);
    expect(jwk).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' });
    const input = Buffer.from(json.access_token.slice(0, json.access_token.lastIndexOf('.')));
    expect(verify('sha256', input, createPublicKey({ key: jwk, format: 'jwk' }), signature)).toBe(true);
    await expectAccepted(places, json.access_token);
    const refreshed = await refresh(server, rsaClient, json.refresh_token);
    expect(decodeJwt(refreshed.json.access_token).header.alg).toBe('RS256');
    await expectAccepted(places, accessToken);
  });
});

describe('RFC 9068 §2.2: the claims', () => {
  it('are exactly those documented: no name, e-mail address, password or role', () => {
    expect(Object.keys(genuine.claims).toSorted()).toEqual(
      ['amr', 'aud', 'auth_time', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sid', 'sub'].toSorted(),
    );
    expect(genuine.claims).toMatchObject({
      iss: server.config.tokens.issuer,
      aud: server.config.tokens.audience,
      sub: person.sub,
      client_id: client.id,
      amr: ['pwd'],
    });
  });

  it('carry roles and other details of the person where the client is configured to show them (§2.2.2, §2.2.3)', async () => {
    const told = await aConfidentialClient(server, {
      userDetails: [
        { name: 'name', display: true },
        { name: 'roles', display: true },
        { name: 'email', display: false },
      ],
    });
    const { json } = await signIn(server, told, person);
    const { claims } = decodeJwt(json.access_token);
    expect(claims).toMatchObject({ name: 'Alice Example', roles: ['admin'] });
    expect(
      Object.keys(claims)
        .filter((name) => !(name in genuine.claims))
        .toSorted(),
    ).toEqual(['name', 'roles']);
    await expectAccepted(places, json.access_token);
  });

  it('live as long as expires_in says, an hour at most', async () => {
    const before = server.clock.seconds();
    const { json } = await signIn(server, client, person);
    const { iat, exp } = decodeJwt(json.access_token).claims;
    expect(exp - iat).toBe(json.expires_in);
    expect(exp - iat).toBeLessThanOrEqual(3600);
    expect(iat).toBeGreaterThanOrEqual(before);
    expect(iat).toBeLessThanOrEqual(server.clock.seconds());
    const longest = await aConfidentialClient(server, { accessTokenTtl: 3600 });
    expect((await signIn(server, longest, person)).json.expires_in).toBe(3600);
  });

  it('say the same scope as the token response and introspection', async () => {
    const { json } = await signIn(server, client, person, 'resources:write resources:read');
    const inspected = await introspect(server, resourceServer, json.access_token);
    expect(json.scope).toBe('resources:write resources:read');
    expect(decodeJwt(json.access_token).claims.scope).toBe(json.scope);
    expect(inspected.json.scope).toBe(json.scope);
  });

  it('name the client itself as subject of a client’s own token, with no sign-in in it (§2.2.1)', async () => {
    const { json } = await post(server, '/token', client, { grant_type: 'client_credentials' });
    const { claims } = decodeJwt(json.access_token);
    expect(claims.sub).toBe(client.id);
    expect(claims).not.toHaveProperty('auth_time');
    expect(claims).not.toHaveProperty('amr');
    await expectAccepted(places, json.access_token);
  });

  it('keep auth_time and amr over refreshes, however late (§2.2.1)', async () => {
    let { json } = await signIn(server, client, person);
    const { auth_time: authTime, amr } = decodeJwt(json.access_token).claims;
    expect(authTime).toBeLessThanOrEqual(server.clock.seconds());
    for (let times = 0; times < 5; times += 1) {
      server.clock.advance(60);
      json = (await refresh(server, client, json.refresh_token)).json;
      expect(decodeJwt(json.access_token).claims).toMatchObject({ auth_time: authTime, amr });
    }
    // The tokens of the other tests have aged meanwhile.
    accessToken = (await signIn(server, client, person)).json.access_token;
    genuine = decodeJwt(accessToken);
  });

  it('never repeat a jti, over ten thousand tokens', async () => {
    const grant = await server.app.get(GrantRegistry).ofClient(client.id, ['resources:read']);
    const issuer = server.app.get(AccessTokenIssuer);
    const ids = new Set<string>();
    for (let count = 0; count < 10_000; count += 1) {
      // Signing is synchronous: without a pause the server in this process would let its connections die.
      if (count % 100 === 0) await setImmediate();
      const { token } = await issuer.issue({
        grant,
        scope: ['resources:read'],
        ttl: 60,
        format: 'jwt',
        algorithm: 'ES256',
        displayed: {},
      });
      ids.add(decodeJwt(token).claims.jti);
    }
    expect(ids.size).toBe(10_000);
    expect([...ids].every((id) => /^[A-Za-z0-9_-]{43}$/.test(id))).toBe(true);
  });
});

describe('RFC 9068 §4: validation', () => {
  it('accepts the type with and without the application/ prefix', async () => {
    await expectAccepted(places, signed({}, { typ: 'at+jwt' }));
    await expectAccepted(places, signed({}, { typ: 'application/at+jwt' }));
  });

  it('refuses an exp that is past, missing or no whole number', async () => {
    const now = server.clock.seconds();
    await expectEachRefused('exp', [
      now - 61,
      now - 1,
      '9999999999',
      -1,
      0,
      null,
      undefined,
      true,
      [now + 60],
      2 ** 53,
    ]);
    const infinite = JSON.stringify({ ...genuine.claims, exp: 0 }).replace('"exp":0', '"exp":1e400');
    await expectRefused(places, signed(infinite));
    await expectAccepted(places, signed({ exp: now + 60 }));
  });

  it('takes the last moment of a token’s life for its end', async () => {
    const { json } = await signIn(server, client, person);
    const { exp } = decodeJwt(json.access_token).claims;
    expect((await bearer(server, json.access_token, API)).status).toBe(200);
    server.clock.advance(exp - server.clock.seconds());
    await expectRefused(places, json.access_token);
    accessToken = (await refresh(server, client, json.refresh_token)).json.access_token;
    genuine = decodeJwt(accessToken);
    await expectAccepted(places, accessToken);
  });

  it('refuses an nbf or iat in the future, beyond a clock’s honest error', async () => {
    const now = server.clock.seconds();
    await expectEachRefused('nbf', [now + 61, now + 3600, String(now), null, 1.5, true]);
    await expectEachRefused('iat', [now + 61, 4_102_444_800, String(now), null, undefined, true]);
    await expectAccepted(places, signed({ nbf: now - 1 }));
  });

  it.each(['sub', 'client_id', 'jti', 'sid', 'scope'])(
    'refuses a %s that is missing, empty or no string',
    async (claim) => {
      await expectEachRefused(claim, [undefined, null, '', [], {}, 7, true, [genuine.claims[claim]], '\0']);
    },
  );

  it('refuses a subject, client or session that is not the grant’s', async () => {
    const { json } = await signIn(server, client, await aPerson(server));
    const another = decodeJwt(json.access_token).claims;
    await expectEachRefused('sub', [another.sub, client.id, 'admin', '*']);
    await expectEachRefused('client_id', [resourceServer.id, person.sub]);
    await expectEachRefused('sid', [another.sid, '00000000-0000-0000-0000-000000000000', "' OR 1=1 --"]);
  });

  it.each(['[]', '"x"', 'null', '7', '', '{', '[{"sub":"x"}]', '{}'])(
    'refuses the payload %j',
    async (payload) => {
      await expectRefused(places, signed(payload));
      await expectAccepted(places, accessToken);
    },
  );

  it('gives no scope beyond the grant’s, whatever a well-signed token claims', async () => {
    const { json } = await signIn(server, client, person, 'resources:read');
    const { claims } = decodeJwt(json.access_token);
    const inflated = signedWith(key, genuine.header, { ...claims, scope: 'resources:read users:read' });
    expect((await bearer(server, inflated, '/admin/users')).status).toBe(403);
    expect((await introspect(server, resourceServer, inflated)).json.scope).toBe('resources:read');
    expect(encode(claims)).toBe(json.access_token.split('.')[1]);
  });
});
