import { type KeyObject, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as requestOf } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { UserDirectory } from '../../src/modules/users/index.js';
import { IDENTITY_ASSERTION_TTL } from '../../src/protocol/identity-assertion.js';
import { bearerVerdict } from '../support/bearer-verdict.js';
import {
  type Forgeries,
  type IssuerKeys,
  macedWithWhatIsPublic,
  twinOf,
  withAnotherAlgorithm,
  withAnotherKey,
  withBrokenSignatures,
  withHeaderMembers,
  withoutAlgorithm,
} from '../support/forgeries.js';
import { type GatewayTopology, asOne, startTopology } from '../support/gateway-topology.js';
import { type Answer, bearer, call, signIn } from '../support/http.js';
import { type DecodedJwt, decodeJwt, signedWith, theServersKey } from '../support/jwt.js';
import { connectionsDuring, withKeysBroughtAlong } from '../support/keys-brought-along.js';
import { aConfidentialClient } from '../support/mothers.js';
import { answerOf, raw, rawRequest } from '../support/raw.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer } from '../support/server.js';

/** Each role behind the gateway: a route of its own, and the scope that opens it. */
const RECEIVERS = [
  { role: 'api', other: 'identity', path: '/api/resources', scope: 'resources:read' },
  { role: 'identity', other: 'api', path: '/admin/users', scope: 'users:read' },
] as const;

let topology: GatewayTopology;
let keys: IssuerKeys;
let accessToken: string;
let refreshToken: string;
let opaqueToken: string;

beforeAll(async () => {
  topology = await startTopology();
  const { gateway } = topology;
  keys = { ec: await theServersKey(gateway, 'ES256'), rsa: await theServersKey(gateway, 'RS256') };
  const scope = RECEIVERS.map((receiver) => receiver.scope).join(' ');
  const { json } = await signIn(gateway, FIRST_CLIENT, ADMINISTRATOR, scope);
  [accessToken, refreshToken] = [json.access_token, json.refresh_token];
  const opaqueClient = await aConfidentialClient(asOne(topology), {
    scope: scope.split(' '),
    accessTokenFormat: 'opaque',
  });
  opaqueToken = (await signIn(gateway, opaqueClient, ADMINISTRATOR, scope)).json.access_token;
});

afterAll(() => topology?.close());

describe.each(RECEIVERS)('X-Identity at the role $role', ({ role, other, path, scope }) => {
  let receiver: TestServer;
  let audience: string;

  beforeAll(() => {
    receiver = topology[role];
    const { tokens, gateway } = topology.gateway.config;
    audience = role === 'api' ? tokens.audience : gateway.identityAudience;
  });

  /** What the gateway would say of the caller at this moment, with changes; `undefined` leaves a claim out. */
  function claimsWith(changes: Record<string, unknown> = {}): Record<string, unknown> {
    const iat = topology.clock.seconds();
    const jti = randomBytes(32).toString('base64url');
    const ofTheCaller = decodeJwt(accessToken).claims;
    const request = { htm: 'GET', path };
    return {
      ...{ ...ofTheCaller, aud: audience, iat, exp: iat + IDENTITY_ASSERTION_TTL, jti, ...request },
      ...changes,
    };
  }

  /** Signed by the gateway's own key: only the claims or the header can be what is wrong. */
  function signed(
    claims: unknown = claimsWith(),
    header: Record<string, unknown> = {},
    key: KeyObject = keys.ec.privateKey,
  ): string {
    return signedWith(key, { typ: 'identity+jwt', alg: 'ES256', kid: keys.ec.kid, ...header }, claims);
  }

  const aGenuineOne = (): DecodedJwt => decodeJwt(signed());

  async function verdictOn(assertion: string, headers: Record<string, string> = {}): Promise<string> {
    return bearerVerdict(await call(receiver, path, { headers: { 'X-Identity': assertion, ...headers } }));
  }

  /** Afterwards a genuine assertion still works, or the refusals prove nothing. */
  async function expectAllRefused(forgeries: Forgeries): Promise<void> {
    const names = Object.keys(forgeries);
    expect(names.length).toBeGreaterThan(0);
    const verdicts: Record<string, string> = {};
    for (const name of names) verdicts[name] = await verdictOn(forgeries[name]!);
    expect(verdicts).toEqual(Object.fromEntries(names.map((name) => [name, 'invalid_token'])));
    expect(await verdictOn(signed())).toBe('accepted');
  }

  async function expectEachRefused(claim: string, values: readonly unknown[]): Promise<void> {
    const forgeries = values.map((value) => [
      JSON.stringify(value) ?? 'absent',
      signed(claimsWith({ [claim]: value })),
    ]);
    await expectAllRefused(Object.fromEntries(forgeries) as Forgeries);
  }

  describe('the signature (RFC 8725 §3.1, §3.3)', () => {
    it('counts when it is the gateway’s, so that each refusal below has one reason', async () => {
      expect(await verdictOn(signed())).toBe('accepted');
    });

    it('is asked for under every spelling of no algorithm', () =>
      expectAllRefused(withoutAlgorithm(aGenuineOne())));

    it('is no HMAC keyed with anything public, nor with nothing', async () => {
      const { json } = await call(topology.gateway, '/.well-known/jwks.json');
      await expectAllRefused(macedWithWhatIsPublic(aGenuineOne(), keys, json.keys));
    });

    it('is by the key’s own algorithm', () => expectAllRefused(withAnotherAlgorithm(aGenuineOne(), keys)));

    it('is refused when moved, changed, shortened, zeroed or encoded otherwise', () =>
      expectAllRefused(withBrokenSignatures(signed(), signed(), keys)));

    it('is refused by a key of another environment, and under a kid that names none', () =>
      expectAllRefused(withAnotherKey(aGenuineOne(), keys)));

    it('has a twin (r, n − s) that is worth as much, and for no longer', async () => {
      const twin = twinOf(signed());
      expect(await verdictOn(twin)).toBe('accepted');
      topology.clock.advance(IDENTITY_ASSERTION_TTL);
      await expectAllRefused({ twin });
    });
  });

  describe('the header (RFC 7515 §4.1, RFC 8725 §3.10 and §3.11)', () => {
    it('says what kind of token this is, with and without application/', async () => {
      expect(await verdictOn(signed(claimsWith(), { typ: 'application/identity+jwt' }))).toBe('accepted');
      const types = [
        ...[undefined, null, '', 'JWT', 'jwt', 'at+jwt', 'application/at+jwt', 'Identity+JWT'],
        ...['identity+jwt ', 'x-identity+jwt', 'identity', 'id_token', 'logout+jwt', ['identity+jwt']],
      ];
      await expectAllRefused(
        Object.fromEntries(
          types.map((typ) => [JSON.stringify(typ) ?? 'absent', signed(claimsWith(), { typ })]),
        ),
      );
    });

    it('has no member beside typ, alg and kid', () =>
      expectAllRefused(withHeaderMembers(aGenuineOne(), keys)));

    it('makes no connection to the places that it names, and no key of its own counts', async () => {
      const connections = await connectionsDuring((port) =>
        expectAllRefused(withKeysBroughtAlong(aGenuineOne(), keys, port)),
      );
      expect(connections).toBe(0);
    });
  });

  describe('another kind of token in its place (RFC 8725 §3.12)', () => {
    it('is refused: access tokens of either format, refresh tokens, the internal secret', async () => {
      await expectAllRefused({
        'an access token': accessToken,
        'an access token for this very audience': signed(claimsWith(), { typ: 'at+jwt' }),
        'an access token typed as an assertion': signed(decodeJwt(accessToken).claims),
        'an opaque access token': opaqueToken,
        'a refresh token': refreshToken,
        'the internal secret': topology.secret,
        'a JWE': [accessToken, opaqueToken, 'e30'].join('.'),
      });
      for (const token of [accessToken, opaqueToken]) {
        expect(bearerVerdict(await bearer(topology.gateway, token, path))).toBe('accepted');
      }
    });

    it('is not looked for in Authorization: nobody has shown who he is there', async () => {
      for (const credentials of [accessToken, opaqueToken, signed(), topology.secret]) {
        expect(bearerVerdict(await bearer(receiver, credentials, path))).toBe('no token');
      }
      expect(await verdictOn(signed(), { Authorization: 'Bearer of-no-meaning' })).toBe('accepted');
      expect(await verdictOn(accessToken, { Authorization: `Bearer ${accessToken}` })).toBe('invalid_token');
    });
  });

  describe('the audience (RFC 8725 §3.9)', () => {
    it('is this role’s alone and exactly', async () => {
      const { tokens, gateway } = topology.gateway.config;
      const others = [tokens.audience, gateway.identityAudience].filter((name) => name !== audience);
      await expectEachRefused('aud', [
        ...others,
        ...['https://orders.example', `${audience}/`, `${audience}.evil.example`],
        ...[audience.slice(0, -1), audience.toUpperCase(), ` ${audience}`, '', '*'],
        ...[[audience], [audience, ...others], [...others, audience], [[audience]], []],
        ...[{}, { [audience]: true }, true, 0, null, undefined],
      ]);
    });

    it('opens nothing of the other role', async () => {
      const { path: otherPath } = RECEIVERS.find((one) => one.role === other)!;
      const headers = { 'X-Identity': signed() };
      expect(bearerVerdict(await call(topology[other], otherPath, { headers }))).toBe('invalid_token');
      expect(await verdictOn(headers['X-Identity'])).toBe('accepted');
    });
  });

  describe('the other claims (RFC 7519 §4.1)', () => {
    it('name this gateway exactly', async () => {
      const { issuer } = topology.gateway.config.tokens;
      await expectEachRefused('iss', [
        ...[`${issuer}/`, issuer.replace('http:', 'https:'), issuer.toUpperCase(), issuer.slice(0, -1)],
        ...[`${issuer}.evil.example`, topology[role].origin, [issuer], { issuer }, '', null, undefined],
      ]);
    });

    it('end: at exp, which must be there', async () => {
      const now = topology.clock.seconds();
      await expectEachRefused('exp', [
        ...[
          now,
          now - 1,
          now - 11,
          0,
          -1,
          `${now + 10}`,
          now + 0.5,
          2 ** 53,
          [now + 10],
          true,
          null,
          undefined,
        ],
      ]);
      const infinite = JSON.stringify(claimsWith({ exp: 0 })).replace('"exp":0', '"exp":1e400');
      await expectAllRefused({ '1e400': signed(infinite) });
    });

    it('begin: at iat and nbf, from five seconds before, as clocks differ', async () => {
      topology.clock.stop();
      onTestFinished(() => topology.clock.resume());
      const now = topology.clock.seconds();
      for (const early of ['iat', 'nbf'])
        expect(await verdictOn(signed(claimsWith({ [early]: now + 5 })))).toBe('accepted');
      await expectAllRefused({ 'six seconds': signed(claimsWith({ iat: now + 6, exp: now + 16 })) });
      const elsewhere = [String(now), null, true, 1.5, [now]];
      await expectEachRefused('iat', [now + 61, now + 3600, ...elsewhere, undefined]);
      await expectEachRefused('nbf', [now + 61, now + 3600, ...elsewhere]);
      expect(await verdictOn(signed(claimsWith({ nbf: now - 1 })))).toBe('accepted');
    });

    it('last ten seconds at most: an assertion cannot be revoked', async () => {
      const now = topology.clock.seconds();
      await expectAllRefused({
        'a second more': signed(claimsWith({ iat: now, exp: now + 11 })),
        'a minute': signed(claimsWith({ iat: now, exp: now + 60 })),
        'issued long ago, with ten seconds left': signed(claimsWith({ iat: now - 3600, exp: now + 10 })),
        'issued at the beginning of time': signed(claimsWith({ iat: 0, exp: now + 10 })),
      });
    });

    it('name this request: its method, and its path as it arrived, without the query', async () => {
      await expectEachRefused('htm', [
        'HEAD',
        'POST',
        'get',
        ' GET',
        '',
        '*',
        ['GET'],
        true,
        null,
        undefined,
      ]);
      await expectEachRefused('path', [
        ...[`${path}/`, `${path}?a=b`, `/${path}`, path.slice(0, -1), path.toUpperCase(), '/', '*', ''],
        ...[`${receiver.origin}${path}`, path.replace('r', '%72'), [path], true, null, undefined],
      ]);
      const headers = { 'X-Identity': signed() };
      expect(bearerVerdict(await call(receiver, `${path}?limit=1`, { headers }))).toBe('accepted');
    });

    it('name HEAD for a HEAD request, though its route is that of GET', async () => {
      const head = (assertion: string) =>
        call(receiver, path, { method: 'HEAD', headers: { 'X-Identity': assertion } });
      expect((await head(signed(claimsWith({ htm: 'HEAD' })))).status).toBe(200);
      expect((await head(signed())).status).toBe(401);
    });

    it('are checked when the header of the request arrives, however long the body takes', async () => {
      const { port } = new URL(receiver.origin);
      const place = role === 'api' ? '/api/resources' : '/admin/users';
      const scopes = 'resources:write users:write';
      const assertion = signed(claimsWith({ htm: 'POST', path: place, scope: scopes }));
      const request = requestOf({
        port,
        path: place,
        method: 'POST',
        headers: {
          ...{ 'X-Identity': assertion, 'Content-Type': 'application/json', Expect: '100-continue' },
        },
      });
      const answered = once(request, 'response');
      request.flushHeaders();
      await once(request, 'continue');
      topology.clock.advance(3_600);
      onTestFinished(() => topology.clock.advance(-3_600));
      request.end('{}');
      const [{ statusCode }] = await answered;
      expect(statusCode).toBe(400);
    });

    it.each(['sub', 'client_id', 'jti', 'sid'])('have a %s that is text', (claim) =>
      expectEachRefused(claim, [undefined, null, '', [], {}, 7, true, ['x'], '\0']),
    );

    it('have a scope in the form of RFC 6749 §3.3', () =>
      expectEachRefused('scope', [undefined, null, ' ', 'a  b', `${scope} `, [scope], {}, 7, true]));

    it.each(['[]', '"x"', 'null', '7', '', '{', '[{"sub":"x"}]', '{}'])(
      'are an object, and not %j',
      (payload) => expectAllRefused({ [payload]: signed(payload) }),
    );
  });

  describe('the scope (RFC 6750 §3.1)', () => {
    it('must be enough, and then says which one is not', async () => {
      // Nothing at all is what a grant has left when its client has lost every scope of it.
      for (const poor of ['', 'profile', `${scope}s`, scope.toUpperCase()]) {
        const headers = { 'X-Identity': signed(claimsWith({ scope: poor })) };
        const answer = await call(receiver, path, { headers });
        expect(bearerVerdict(answer), poor).toBe('insufficient_scope');
        expect(answer.headers.get('WWW-Authenticate')).toContain(`scope="${scope}"`);
      }
      expect(await verdictOn(signed(claimsWith({ scope: `profile ${scope}` })))).toBe('accepted');
    });
  });

  describe('the header field', () => {
    it('is there once', async () => {
      const [one, two] = [signed(), signed()];
      expect(await rawVerdictOn([`X-Identity: ${one}`])).toBe('accepted');
      for (const fields of [
        [`X-Identity: ${one}`, `X-Identity: ${two}`],
        [`X-Identity: ${one}`, `x-identity: ${one}`],
        [`X-Identity: ${one}`, 'X-Identity: '],
        [`X-Identity: ${signed(claimsWith({ sub: '' }))}`, `X-Identity: ${one}`],
      ]) {
        expect(await rawVerdictOn(fields), fields.join('\n')).toBe('invalid_request');
      }
      expect(await rawVerdictOn([])).toBe('no token');
    });

    it('holds an assertion and nothing else', async () => {
      const one = signed();
      for (const value of [
        ...['', ' ', ',', 'null', 'undefined', 'Bearer', 'Bearer undefined'],
        ...[`${one},${one}`, `${one}, ${one}`, `${one} ${one}`, `,${one}`, `${one},`, `"${one}"`, `${one};`],
        ...[
          `Bearer ${one}`,
          `JWT ${one}`,
          one.replace('.', ' .'),
          one.replace('.', '%2E'),
          `${one}=`,
          `${one}.`,
        ],
        ...[`${one}\u00a0`, `${one}\u00e4`, one.toLowerCase(), one.split('.').slice(0, 2).join('.')],
      ]) {
        expect(await rawVerdictOn([`X-Identity: ${value}`]), value).toBe('invalid_token');
      }
      // RFC 9110 §5.5: whitespace around a value is no part of it.
      expect(await rawVerdictOn([`X-Identity:  \t${one} \t`])).toBe('accepted');
    });

    it('has this name, not one that a gateway of another kind would make of it', async () => {
      const one = signed();
      for (const name of ['X_Identity', 'X.Identity', 'Identity', 'X-Identity-Token', 'X-JWT-Assertion']) {
        expect(await rawVerdictOn([`${name}: ${one}`]), name).toBe('no token');
      }
      for (const place of [`${path}?x-identity=${one}`, `${path}?access_token=${accessToken}`]) {
        expect(bearerVerdict(await call(receiver, place)), place).toBe('no token');
      }
      expect(await rawVerdictOn([`x-iDENTITY: ${one}`])).toBe('accepted');
    });

    async function rawVerdictOn(fields: readonly string[]): Promise<string> {
      const request = rawRequest(`GET ${path}`, ['Host: as', ...fields]);
      return bearerVerdict(answerOf(await raw(receiver, request)));
    }
  });

  it('was never answered with what this process did not expect', () => {
    expect(receiver.logs.filter((line) => line.includes('unexpected error'))).toEqual([]);
    expect(receiver.logs.filter((line) => line.includes('"status":401')).length).toBeGreaterThan(100);
  });
});

describe('X-Identity at a process with both roles', () => {
  /** What is of the identity role; everything else that asks for a scope is the API's. */
  const OF_IDENTITY = /^\/(admin\/users|account)(\/|$)/;
  let both: GatewayTopology;
  /** A user whom the process knows: it has the role identity. */
  let sub: string;

  beforeAll(async () => {
    both = await startTopology({ api: { ROLES: 'identity,api' } });
    const [user] = await both.api.app.get(UserDirectory).list({}, undefined, 1);
    sub = user!.id;
  });

  afterAll(() => both?.close());

  it.each(RECEIVERS)('opens what is of the role $role, when it is meant for that', async ({ role, path }) => {
    expect(bearerVerdict(await askAs(role, 'GET', path))).toBe('accepted');
  });

  it.each(RECEIVERS)(
    'opens no route of the role $other, when it is meant for $role',
    async ({ role, other }) => {
      const routes = both.api.routes.filter(({ path }) => /^\/(api|admin|account)\//.test(path));
      const ofTheOther = routes.filter(({ path }) => OF_IDENTITY.test(path) === (other === 'identity'));
      expect(ofTheOther.length).toBeGreaterThan(4);
      for (const { method, path } of ofTheOther) {
        const verdict = bearerVerdict(await askAs(role, method, path.replaceAll(/:\w+/g, ANY_ID)));
        expect([method, path, verdict]).toEqual([method, path, 'invalid_token']);
      }
    },
  );

  const ANY_ID = '00000000-0000-4000-8000-000000000000';

  /** With an assertion that has every scope and is meant for one of the roles. */
  async function askAs(role: 'api' | 'identity', method: string, path: string): Promise<Answer> {
    const { tokens, gateway } = both.gateway.config;
    const key = await theServersKey(both.gateway, 'ES256');
    const iat = both.clock.seconds();
    const claims = {
      ...decodeJwt(accessToken).claims,
      sub,
      iss: tokens.issuer,
      aud: role === 'api' ? tokens.audience : gateway.identityAudience,
      scope: 'resources:read resources:write users:read users:write account',
      iat,
      exp: iat + IDENTITY_ASSERTION_TTL,
      htm: method,
      path,
    };
    const assertion = signedWith(key.privateKey, { typ: 'identity+jwt', alg: 'ES256', kid: key.kid }, claims);
    return call(both.api, path, { method, headers: { 'X-Identity': assertion } });
  }
});
