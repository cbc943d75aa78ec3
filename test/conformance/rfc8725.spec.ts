import { type KeyObject, constants, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdentityAssertionIssuer } from '../../src/modules/tokens/index.js';
import { type AccessTokenClaims, OPAQUE_TAG } from '../../src/protocol/access-token.js';
import { call, post, refresh, signIn } from '../support/http.js';
import {
  type DecodedJwt,
  decodeJwt,
  encode,
  macedWith,
  signedWith,
  signingInput,
  theServersKey,
  unsigned,
} from '../support/jwt.js';
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
let ec: Awaited<ReturnType<typeof theServersKey>>;
let rsa: Awaited<ReturnType<typeof theServersKey>>;

beforeAll(async () => {
  places = await startTokenPlaces();
  ({ server, client } = places);
  const { json } = await signIn(server, client, await aPerson(server));
  accessToken = json.access_token;
  refreshToken = json.refresh_token;
  genuine = decodeJwt(accessToken);
  ec = await theServersKey(server, 'ES256');
  rsa = await theServersKey(server, 'RS256');
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
  key: KeyObject = ec.privateKey,
): string {
  return signedWith(key, { ...genuine.header, ...header }, claims);
}

describe('RFC 8725 §3.1: the algorithm is the verifier’s choice', () => {
  it('accepts what the server’s key signed, so that each refusal below has one reason', async () => {
    await expectAccepted(places, signed());
    await expectAccepted(places, signed(genuine.claims, { alg: 'RS256', kid: rsa.kid }, rsa.privateKey));
  });

  it('refuses every spelling of no algorithm, with and without a signature', async () => {
    const signature = genuine.signature.toString('base64url');
    const algorithms = ['none', 'None', 'nOnE', 'NONE', '', null, undefined, ['ES256'], 0, {}];
    await expectAllRefused(
      Object.fromEntries(
        algorithms.flatMap((alg) =>
          ['', '.', signature].map((ending) => [
            `${JSON.stringify(alg)} with "${ending.slice(0, 3)}"`,
            unsigned({ ...genuine.header, alg }, genuine.claims, ending),
          ]),
        ),
      ),
    );
  });

  it('refuses an HMAC keyed with anything public, and with nothing', async () => {
    const published = (await call(server, '/.well-known/jwks.json')).json.keys as { kid: string }[];
    const attacks: Record<string, string> = {};
    for (const { kid, publicKey } of [ec, rsa]) {
      const served = published.find((key) => key.kid === kid);
      const pem = publicKey.export({ format: 'pem', type: 'spki' }) as string;
      const secrets: Record<string, string | Buffer> = {
        'SPKI PEM': pem,
        'SPKI DER': publicKey.export({ format: 'der', type: 'spki' }),
        'JWK as served': JSON.stringify(served),
        'base64 of the DER, as in x5c': publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
        'the kid': kid,
        'an empty secret': '',
        ...(publicKey.asymmetricKeyType === 'rsa'
          ? {
              'PKCS #1 PEM': publicKey.export({ format: 'pem', type: 'pkcs1' }),
              'PKCS #1 DER': publicKey.export({ format: 'der', type: 'pkcs1' }),
            }
          : {}),
      };
      for (const [name, secret] of Object.entries(secrets)) {
        const spellings =
          typeof secret === 'string' ? [secret, secret.trim(), `${secret}\n`, ` ${secret}`] : [secret];
        for (const [at, spelling] of spellings.entries()) {
          for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
            const header = { ...genuine.header, kid };
            attacks[`${algorithm} ${name} of ${kid}, spelling ${at}`] = macedWith(
              spelling,
              algorithm,
              header,
              genuine.claims,
            );
          }
        }
      }
    }
    await expectAllRefused(attacks);
  });

  it('refuses a key used with another algorithm than its own', async () => {
    const withHeader = (header: object, key: KeyObject, digest: string, pss = false): string => {
      const input = signingInput({ ...genuine.header, ...header }, genuine.claims);
      const options = pss
        ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
        : { key, dsaEncoding: 'ieee-p1363' as const };
      return `${input}.${sign(digest, Buffer.from(input), options).toString('base64url')}`;
    };
    const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    await expectAllRefused({
      'the RS256 key with PS256': withHeader({ alg: 'PS256', kid: rsa.kid }, rsa.privateKey, 'sha256', true),
      'a PSS signature called RS256': withHeader(
        { alg: 'RS256', kid: rsa.kid },
        rsa.privateKey,
        'sha256',
        true,
      ),
      'the RS256 key with RS512': withHeader({ alg: 'RS512', kid: rsa.kid }, rsa.privateKey, 'sha512'),
      'the RS256 key called ES256': withHeader({ alg: 'ES256', kid: rsa.kid }, rsa.privateKey, 'sha256'),
      'the ES256 key called RS256': withHeader({ alg: 'RS256', kid: ec.kid }, ec.privateKey, 'sha256'),
      'the ES256 key with ES384': withHeader({ alg: 'ES384' }, ec.privateKey, 'sha384'),
      'the RS256 key under the kid of the other': withHeader({ alg: 'RS256' }, rsa.privateKey, 'sha256'),
      'a P-384 key with ES256': withHeader({}, p384, 'sha256'),
      ES256K: withHeader({ alg: 'ES256K' }, k256, 'sha256'),
      'a lower-case name': withHeader({ alg: 'es256' }, ec.privateKey, 'sha256'),
    });
  });
});

describe('RFC 8725 §3.3: a signature that does not verify', () => {
  it('refuses signatures that were moved, changed, shortened, zeroed or encoded otherwise', async () => {
    const [header, claims] = accessToken.split('.');
    const other = (await signIn(server, client, await aPerson(server))).json.access_token as string;
    const flipped = Buffer.from(genuine.signature);
    flipped[20]! ^= 1;
    const der = sign('sha256', Buffer.from(`${header}.${claims}`), ec.privateKey);
    const withSignature = (signature: Buffer): string =>
      `${header}.${claims}.${signature.toString('base64url')}`;
    await expectAllRefused({
      'the signature of another token': `${header}.${claims}.${other.split('.')[2]}`,
      'one bit flipped': withSignature(flipped),
      truncated: withSignature(genuine.signature.subarray(0, 63)),
      lengthened: withSignature(Buffer.concat([genuine.signature, Buffer.alloc(1)])),
      'r and s zero': withSignature(Buffer.alloc(64)),
      'r and s all ones': withSignature(Buffer.alloc(64, 0xff)),
      'DER instead of r and s': withSignature(der),
      'claims changed after signing': `${header}.${encode(claimsWith({ sub: 'someone-else' }))}.${genuine.signature.toString('base64url')}`,
      'header changed after signing': `${encode({ ...genuine.header, typ: 'application/at+jwt' })}.${claims}.${genuine.signature.toString('base64url')}`,
    });
  });

  it('refuses a key of another environment, under the server’s own kid and under one of its own', async () => {
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    await expectAllRefused({
      'the same kid': signed(genuine.claims, {}, foreign),
      'an unknown kid': signed(genuine.claims, { kid: 'key-of-staging' }, foreign),
      'no kid': signed(genuine.claims, { kid: undefined }),
      'an empty kid': signed(genuine.claims, { kid: '' }),
      'a kid that is no string': signed(genuine.claims, { kid: [ec.kid] }),
      'a kid on an object’s prototype': signed(genuine.claims, { kid: '__proto__' }),
    });
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
    let connections = 0;
    const listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as { port: number };
    try {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const jwk = own.publicKey.export({ format: 'jwk' });
      const x5c = [own.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')];
      const { host } = new URL(server.config.tokens.issuer);
      const urls = [
        `http://127.0.0.1:${port}/jwks.json`,
        `https://127.0.0.1:${port}/jwks.json`,
        `http://${host}@127.0.0.1:${port}/`,
        `http://${host}.localhost:${port}/`,
        `${server.config.tokens.issuer}/docs?redirect=http://127.0.0.1:${port}/`,
      ];
      await expectAllRefused({
        ...Object.fromEntries(
          urls.flatMap((url) => [
            [`jku ${url}`, signed(genuine.claims, { jku: url, kid: 'elsewhere' }, own.privateKey)],
            [`x5u ${url}`, signed(genuine.claims, { x5u: url, kid: 'elsewhere' }, own.privateKey)],
            [`kid ${url}`, signed(genuine.claims, { kid: url }, own.privateKey)],
          ]),
        ),
        'jwk with a matching signature': signed(genuine.claims, { jwk }, own.privateKey),
        'jwk without a kid': signed(genuine.claims, { jwk, kid: undefined }, own.privateKey),
        'x5c with a matching signature': signed(genuine.claims, { x5c }, own.privateKey),
        'jku beside the server’s own signature': signed(genuine.claims, { jku: urls[0] }),
      });
      expect(connections).toBe(0);
    } finally {
      await new Promise((resolve) => listener.close(resolve));
    }
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
    const { assertion } = await server.app
      .get(IdentityAssertionIssuer)
      .issue(claims, server.config.tokens.audience);
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

/** The order of P-256. SEC 2 §2.4.2. */
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** The other valid ECDSA signature over the same bytes by the same key. */
function twinOf(token: string): string {
  const [header, claims] = token.split('.');
  const { signature } = decodeJwt(token);
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const twin = (ORDER - s).toString(16).padStart(64, '0');
  const bytes = Buffer.concat([signature.subarray(0, 32), Buffer.from(twin, 'hex')]);
  return `${header}.${claims}.${bytes.toString('base64url')}`;
}
