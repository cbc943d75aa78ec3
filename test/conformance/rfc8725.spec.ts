import { type KeyObject, createHash, randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdentityAssertionIssuer } from '../../src/modules/tokens/index.js';
import { type AccessTokenClaims, OPAQUE_TAG } from '../../src/protocol/access-token.js';
import { call, post, refresh, signIn } from '../support/http.js';
import {
  type IssuerKeys,
  macedWithWhatIsPublic,
  twinOf,
  withAnotherAlgorithm,
  withAnotherKey,
  withBrokenSignatures,
  withoutAlgorithm,
} from '../support/forgeries.js';
import { type DecodedJwt, decodeJwt, encode, signedWith, theServersKey } from '../support/jwt.js';
import { connectionsDuring, withKeysBroughtAlong } from '../support/keys-brought-along.js';
import { type TestClient, aConfidentialClient, aPerson } from '../support/mothers.js';
import type { TestServer } from '../support/server.js';
import {
  type TokenPlaces,
  expectAccepted,
  expectAttacksRefused,
  expectRefused,
  startTokenPlaces,
} from '../support/token-places.js';
import { INACTIVE, expectOAuthError, introspect } from '../support/verdicts.js';

let places: TokenPlaces;
let server: TestServer;
let client: TestClient;
/** A genuine access token with its refresh token, and the parts that forgeries start from. */
let accessToken: string;
let refreshToken: string;
let genuine: DecodedJwt;
let keys: IssuerKeys;

beforeAll(async () => {
  places = await startTokenPlaces();
  ({ server, client } = places);
  const { json } = await signIn(server, client, await aPerson(server));
  accessToken = json.access_token;
  refreshToken = json.refresh_token;
  genuine = decodeJwt(accessToken);
  keys = { ec: await theServersKey(server, 'ES256'), rsa: await theServersKey(server, 'RS256') };
});

afterAll(() => places?.close());

/** Each attack is made at every place that judges tokens; afterwards the genuine token still works at all of them. */
async function expectAllRefused(attacks: Record<string, string>): Promise<void> {
  await expectAttacksRefused(places, attacks, accessToken);
}

/** The genuine claims with some of them replaced; `undefined` leaves one out. */
function claimsWith(changes: Record<string, unknown>): Record<string, unknown> {
  return { ...genuine.claims, ...changes };
}

/** Correctly signed with the server's own key: only the claims or the header can be what is wrong. */
function signed(
  claims: unknown = genuine.claims,
  header: Record<string, unknown> = {},
  key: KeyObject = keys.ec.privateKey,
): string {
  return signedWith(key, { ...genuine.header, ...header }, claims);
}

describe('RFC 8725 §3.1: the algorithm is the verifier’s choice', () => {
  it('accepts what the server’s key signed, so that each refusal below has one reason', async () => {
    await expectAccepted(places, signed());
    const { kid, privateKey } = keys.rsa;
    await expectAccepted(places, signed(genuine.claims, { alg: 'RS256', kid }, privateKey));
  });

  it('refuses every spelling of no algorithm, with and without a signature', async () => {
    await expectAllRefused(withoutAlgorithm(genuine));
  });

  it('refuses an HMAC keyed with anything public, and with nothing', async () => {
    const { json } = await call(server, '/.well-known/jwks.json');
    await expectAllRefused(macedWithWhatIsPublic(genuine, keys, json.keys));
  });

  it('refuses a key used with another algorithm than its own', async () => {
    await expectAllRefused(withAnotherAlgorithm(genuine, keys));
  });
});

describe('RFC 8725 §3.3: a signature that does not verify', () => {
  it('refuses signatures that were moved, changed, shortened, zeroed or encoded otherwise', async () => {
    const other = (await signIn(server, client, await aPerson(server))).json.access_token as string;
    await expectAllRefused(withBrokenSignatures(accessToken, other, keys));
  });

  it('refuses a key of another environment, under the server’s own kid and under one of its own', async () => {
    await expectAllRefused(withAnotherKey(genuine, keys));
  });

  it('lets a signature’s twin (r, n − s) revive nothing: the revocation is the token’s, not its text’s', async () => {
    const { json } = await signIn(server, client, await aPerson(server));
    const twin = twinOf(json.access_token);
    expect(twin).not.toBe(json.access_token);
    await expectAccepted(places, twin);
    expect((await post(server, '/revoke', client, { token: json.access_token })).status).toBe(200);
    await expectRefused(places, twin);
    await expectRefused(places, json.access_token);
  });
});

describe('RFC 8725 §3.8 and §3.9: issuer and audience', () => {
  it('refuses an issuer that is not the exact string', async () => {
    const { issuer } = server.config.tokens;
    await expectAllRefused(
      signedEach('iss', [
        `${issuer}/`,
        issuer.replace('http:', 'https:'),
        issuer.toUpperCase(),
        issuer.slice(0, -1),
        `${issuer}.evil.example`,
        ` ${issuer}`,
        [issuer],
        { issuer },
        '',
        null,
        undefined,
      ]),
    );
  });

  it('refuses an audience that does not hold this API', async () => {
    const { audience } = server.config.tokens;
    await expectAllRefused(
      signedEach('aud', [
        'https://another-api.example',
        `${audience}.evil.example`,
        `${audience}/`,
        audience.slice(0, -1),
        ['https://another-api.example'],
        [[audience]],
        [audience, 7],
        [],
        {},
        { [audience]: true },
        '',
        true,
        null,
        undefined,
      ]),
    );
  });

  it('accepts a token for several audiences, this API among them', async () => {
    const aud = [server.config.tokens.audience, 'https://another-api.example'];
    await expectAccepted(places, signed(claimsWith({ aud })));
  });

  it('says nothing of such a token to a resource server of neither audience', async () => {
    const elsewhere = await aConfidentialClient(server, {
      grantTypes: [],
      audiences: ['https://elsewhere.example'],
    });
    expect((await introspect(server, elsewhere, accessToken)).text).toBe(INACTIVE);
    await expectAccepted(places, accessToken);
  });
});

describe('RFC 8725 §3.10: keys that a token brings along', () => {
  it('makes no connection to the places that a header names, and trusts no key inside it', async () => {
    const connections = await connectionsDuring((port) =>
      expectAllRefused(withKeysBroughtAlong(genuine, keys, port)),
    );
    expect(connections).toBe(0);
  });
});

describe('RFC 8725 §3.11 and §3.12: another kind of token', () => {
  it('refuses every type but an access token’s, although the signature is good', async () => {
    const types = [
      undefined,
      'JWT',
      'jwt',
      'dpop+jwt',
      'logout+jwt',
      'identity+jwt',
      'token-introspection+jwt',
      'id_token',
      'at+jwt ',
      'x-at+jwt',
      '',
      null,
      ['at+jwt'],
    ];
    await expectAllRefused(
      Object.fromEntries(types.map((typ) => [JSON.stringify(typ), signed(genuine.claims, { typ })])),
    );
  });

  it('refuses a client assertion, whoever signed it', async () => {
    const now = server.clock.seconds();
    const assertion = {
      iss: client.id,
      sub: client.id,
      aud: server.config.tokens.issuer,
      iat: now,
      exp: now + 60,
      jti: randomBytes(8).toString('hex'),
    };
    await expectAllRefused({
      assertion: signed(assertion),
      'typed as JWT': signed(assertion, { typ: 'JWT' }),
    });
  });

  it('refuses what the gateway tells upstreams about the very same caller, and revokes nothing by it', async () => {
    const claims = genuine.claims as unknown as AccessTokenClaims;
    const assertion = await server.app
      .get(IdentityAssertionIssuer)
      .issue(claims, server.config.tokens.audience, { method: 'GET', path: '/api/resources' });
    await expectAllRefused({
      assertion,
      'the token’s own claims, typed so': signed(genuine.claims, { typ: 'identity+jwt' }),
    });
    expect((await post(server, '/revoke', client, { token: assertion })).status).toBe(200);
    expectOAuthError(await refresh(server, client, assertion), 'invalid_grant');
    await expectAccepted(places, accessToken);
  });

  it('refuses a JWT under the tag of opaque tokens, and an opaque token without it', async () => {
    const opaqueClient = await aConfidentialClient(server, { accessTokenFormat: 'opaque' });
    const opaque = (await signIn(server, opaqueClient, await aPerson(server))).json.access_token as string;
    await expectAccepted(places, opaque);
    const random = opaque.slice(OPAQUE_TAG.length);
    await expectAttacksRefused(
      places,
      {
        'a JWT with the tag': `${OPAQUE_TAG}${accessToken}`,
        'the tag alone': OPAQUE_TAG,
        'no tag': random,
        'a tag in upper case': `${OPAQUE_TAG.toUpperCase()}${random}`,
        'the tag twice': `${OPAQUE_TAG}${opaque}`,
        'its digest, which is its jti': `${OPAQUE_TAG}${createHash('sha256').update(opaque).digest('base64url')}`,
        'the jti of a JWT': `${OPAQUE_TAG}${genuine.claims.jti}`,
        'one character more': `${opaque}A`,
        'one character less': opaque.slice(0, -1),
        padding: `${opaque}=`,
        'as part of a compact JWS': [...accessToken.split('.').slice(0, 2), opaque].join('.'),
      },
      opaque,
    );
  });

  it('refuses a refresh token as bearer and an access token as refresh token; both still work in their place', async () => {
    await expectRefused(places, refreshToken);
    expectOAuthError(await refresh(server, client, accessToken), 'invalid_grant');
    await expectAccepted(places, accessToken);
    const refreshed = await refresh(server, client, refreshToken);
    expect(refreshed.status).toBe(200);
    refreshToken = refreshed.json.refresh_token;
  });
});

describe('RFC 8725 §2.7: encrypted tokens', () => {
  it('refuses a JWE at once, whatever work or memory it asks for', async () => {
    const part = randomBytes(16).toString('base64url');
    const bomb = deflateRawSync(Buffer.alloc(4 * 1024 * 1024))
      .subarray(0, 4000)
      .toString('base64url');
    const jwe = (header: object, ciphertext = part): string =>
      [encode({ ...genuine.header, ...header }), part, part, ciphertext, part].join('.');
    const attacks = {
      'a direct key': jwe({ alg: 'dir', enc: 'A256GCM' }),
      'two thousand million rounds of PBES2': jwe({
        alg: 'PBES2-HS512+A256KW',
        enc: 'A256GCM',
        p2c: 2_147_483_647,
        p2s: part,
      }),
      'a compression bomb': jwe({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' }, bomb),
      'a nested JWT': jwe({ alg: 'RSA-OAEP', enc: 'A256GCM', cty: 'JWT' }, encode(accessToken)),
    };
    const before = process.memoryUsage.rss();
    const started = performance.now();
    await expectAllRefused(attacks);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
  });
});

function signedEach(claim: string, values: unknown[]): Record<string, string> {
  return Object.fromEntries(
    values.map((value) => [JSON.stringify(value), signed(claimsWith({ [claim]: value }))]),
  );
}
