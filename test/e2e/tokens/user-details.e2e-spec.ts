import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessTokenVerifier } from '../../../src/modules/access/index.js';
import { ClientRegistry } from '../../../src/modules/clients/index.js';
import { UserDirectory } from '../../../src/modules/users/index.js';
import { ACCESS_TOKEN_FORMATS } from '../../../src/protocol/access-token.js';
import { type ConfiguredDetail, USER_DETAILS, type UserDetails } from '../../../src/protocol/user-details.js';
import { bearer, post, refresh, signIn } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectTokens } from '../../support/token-endpoint.js';
import { API, aResourceServer, introspect } from '../../support/verdicts.js';

const ATTRIBUTES = { department: 'Freight', level: 3, temporary: false, sites: ['Basel', 'Brno'] };

const shown = (...names: ConfiguredDetail['name'][]) => names.map((name) => ({ name, display: true }));
const hidden = (...names: ConfiguredDetail['name'][]) => names.map((name) => ({ name, display: false }));

/** Who sees which details of a token's person. */
interface Sight {
  /** Whoever holds the token and decodes it. */
  holder: UserDetails;
  /** The client it was issued to, by introspection. */
  client: UserDetails;
  /** A resource server of its audience, by introspection. */
  resourceServer: UserDetails;
  /** A guard of this process, and so an upstream of the gateway. */
  guard: UserDetails;
}

const NOBODY_SEES: Sight = { holder: {}, client: {}, resourceServer: {}, guard: {} };

let server: TestServer;
let resourceServer: TestClient;

beforeAll(async () => {
  server = await startServer();
  resourceServer = await aResourceServer(server);
});

afterAll(() => server?.close());

describe.each(ACCESS_TOKEN_FORMATS)('in a token that is %s', (accessTokenFormat) => {
  let alice: TestPerson;

  beforeEach(async () => {
    alice = await aPerson(server, {
      name: 'Alice Example',
      email: 'alice@example.com',
      emailVerified: true,
      roles: ['clerk'],
      attributes: ATTRIBUTES,
    });
  });

  const aClient = (...userDetails: ConfiguredDetail[]) =>
    aConfidentialClient(server, { accessTokenFormat, userDetails });

  async function sightOf(client: TestClient, token: string): Promise<Sight> {
    return {
      holder: accessTokenFormat === 'jwt' ? detailsIn(decodeJwt(token).claims) : {},
      client: detailsIn((await introspect(server, client, token)).json),
      resourceServer: detailsIn((await introspect(server, resourceServer, token)).json),
      guard: detailsIn(await server.app.get(AccessTokenVerifier).verify(token)),
    };
  }

  /** All see `all`, but what is only for a resource server's eyes; and a random string shows nothing to anyone. */
  function sight(displayed: UserDetails, all: UserDetails): Sight {
    return {
      holder: accessTokenFormat === 'jwt' ? displayed : {},
      client: displayed,
      resourceServer: all,
      guard: all,
    };
  }

  it('nobody sees anything, unless the client is configured with it', async () => {
    const client = await aClient();
    const { json } = await signIn(server, client, alice);
    expect(await sightOf(client, json.access_token)).toEqual(NOBODY_SEES);
  });

  const EMAIL = { email: 'alice@example.com' };
  const ROLES = { roles: ['clerk'] };
  it.each<[string, ConfiguredDetail[], UserDetails, UserDetails]>([
    ['what is displayed', [...shown('email', 'roles')], { ...EMAIL, ...ROLES }, {}],
    ['what is hidden, by others', [...hidden('email', 'roles')], {}, { ...EMAIL, ...ROLES }],
    ['some of both', [...shown('roles'), ...hidden('email')], ROLES, EMAIL],
    [
      'email_verified, where that is configured too',
      shown('email', 'email_verified'),
      { ...EMAIL, email_verified: true },
      {},
    ],
    ['all attributes, in an object of their own', shown('attributes'), { attributes: ATTRIBUTES }, {}],
    [
      'one attribute and hidden another',
      [...shown('attributes.level'), ...hidden('attributes.sites')],
      { attributes: { level: 3 } },
      { attributes: { level: 3, sites: ['Basel', 'Brno'] } },
    ],
    [
      'all attributes but a hidden one',
      [...shown('attributes'), ...hidden('attributes.level')],
      { attributes: { department: 'Freight', temporary: false, sites: ['Basel', 'Brno'] } },
      { attributes: ATTRIBUTES },
    ],
    ['no attribute that nobody has', shown('attributes.salary'), {}, {}],
  ])('the client sees %s', async (_, configuration, displayed, more) => {
    const client = await aClient(...configuration);
    const answer = await signIn(server, client, alice);
    expectTokens(answer);
    const expected = sight(displayed, { ...displayed, ...more });
    expect(await sightOf(client, answer.json.access_token)).toEqual(expected);
    const refreshed = await refresh(server, client, answer.json.refresh_token);
    expectTokens(refreshed);
    expect(await sightOf(client, refreshed.json.access_token)).toEqual(expected);
    expect((await bearer(server, refreshed.json.access_token, API)).status).toBe(200);
  });

  it('the name by which the person signed in is preferred_username', async () => {
    const client = await aClient(...shown('preferred_username', 'name'));
    const { json } = await signIn(server, client, alice);
    const details = { preferred_username: alice.username, name: 'Alice Example' };
    expect(await sightOf(client, json.access_token)).toEqual(sight(details, details));
  });

  it('what has no value is left out', async () => {
    const nameless = await aPerson(server);
    const client = await aClient(
      ...shown('name', 'email', 'email_verified', 'attributes'),
      ...hidden('roles'),
    );
    const { json } = await signIn(server, client, nameless);
    expect(await sightOf(client, json.access_token)).toEqual(sight({}, { roles: [] }));
  });

  it('the refresh token shows nothing to its client either', async () => {
    const client = await aClient(...shown('email'), ...hidden('roles'));
    const { json } = await signIn(server, client, alice);
    const described = (await introspect(server, client, json.refresh_token)).json;
    expect(described.active).toBe(true);
    expect(detailsIn(described)).toEqual({});
  });

  it('a client sees no more of its own tokens for being their audience', async () => {
    const audiences = [server.config.tokens.audience];
    const client = await aConfidentialClient(server, {
      accessTokenFormat,
      audiences,
      userDetails: [...shown('roles'), ...hidden('email')],
    });
    const { json } = await signIn(server, client, alice);
    expect(detailsIn((await introspect(server, client, json.access_token)).json)).toEqual(ROLES);
    expect(detailsIn((await introspect(server, resourceServer, json.access_token)).json)).toEqual({
      ...ROLES,
      ...EMAIL,
    });
  });

  it('a client by itself is nobody of whom anything is known', async () => {
    const client = await aClient(...shown(...USER_DETAILS));
    const { json } = await post(server, '/token', client, { grant_type: 'client_credentials' });
    expect(await sightOf(client, json.access_token)).toEqual(NOBODY_SEES);
  });

  it('a change of the person appears with the next refresh, and then for older tokens as well', async () => {
    const client = await aClient(...shown('attributes.department'), ...hidden('email'));
    const { json: first } = await signIn(server, client, alice);
    const before = { attributes: { department: 'Freight' } };
    await server.app.get(UserDirectory).change(alice.sub, {
      email: 'alice@example.org',
      attributes: { department: 'Customs' },
    });
    expect(await sightOf(client, first.access_token)).toEqual(sight(before, { ...before, ...EMAIL }));

    const { json: next } = await refresh(server, client, first.refresh_token);
    const after = { attributes: { department: 'Customs' } };
    const all = { ...after, email: 'alice@example.org' };
    expect(await sightOf(client, next.access_token)).toEqual(sight(after, all));
    expect(await sightOf(client, first.access_token)).toEqual({
      ...sight(after, all),
      holder: accessTokenFormat === 'jwt' ? before : {},
    });
  });

  it('a detail that a person loses is gone after the next refresh, though an older JWT still says it', async () => {
    const client = await aClient(...shown('email'));
    const { json: first } = await signIn(server, client, alice);
    await server.app.get(UserDirectory).change(alice.sub, { email: null });
    await refresh(server, client, first.refresh_token);
    expect(await sightOf(client, first.access_token)).toEqual({
      ...NOBODY_SEES,
      holder: accessTokenFormat === 'jwt' ? EMAIL : {},
    });
  });

  it('a change of the configuration is a client’s own sight at once, and everyone’s with the next refresh', async () => {
    const client = await aClient(...shown('email', 'roles'));
    const { json: first } = await signIn(server, client, alice);
    const configuration = [...hidden('email'), ...shown('name')];
    await server.app.get(ClientRegistry).change(client.id, { userDetails: configuration });
    expect(await sightOf(client, first.access_token)).toMatchObject({
      client: {},
      resourceServer: { ...EMAIL, ...ROLES },
    });
    const { json: next } = await refresh(server, client, first.refresh_token);
    const name = { name: 'Alice Example' };
    expect(await sightOf(client, next.access_token)).toEqual(sight(name, { ...name, ...EMAIL }));
  });

  it('details too large for a header are left out with the attributes, which the log says', async () => {
    const large = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`a${at}`, 'x'.repeat(256)]));
    const person = await aPerson(server, { email: 'alice@example.com', attributes: large });
    const client = await aClient(...shown('email'), ...hidden('attributes'));
    const { json } = await signIn(server, client, person);
    expect(await sightOf(client, json.access_token)).toEqual(sight(EMAIL, EMAIL));
    const line = server.logs.find((text) => text.includes(person.sub) && text.includes('exceed 4096 bytes'));
    expect(JSON.parse(line!)).toMatchObject({ client_id: client.id, kept: ['email'] });
    expect(line).not.toContain('xxx');

    const one = await aClient(...shown('attributes.a7'));
    const { json: small } = await signIn(server, one, person);
    const attributes = { a7: 'x'.repeat(256) };
    expect(await sightOf(one, small.access_token)).toEqual(sight({ attributes }, { attributes }));
  });
});

describe('the largest token that there can be', () => {
  it('is accepted: the longest scope, the largest details and an RS256 signature', async () => {
    const scope = Array.from({ length: 32 }, (_, at) => `${at}`.padEnd(62, 's'));
    const attributes = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`a${at}`, 'x'.repeat(256)]));
    const person = await aPerson(server, { attributes });
    const client = await aConfidentialClient(server, {
      scope: ['resources:read', ...scope],
      signingAlgorithm: 'RS256',
      userDetails: shown('attributes'),
    });
    const { json } = await signIn(server, client, person);
    expect(decodeJwt(json.access_token).claims.attributes).toEqual(attributes);
    expect(json.access_token.length).toBeGreaterThan(8192);
    expect((await bearer(server, json.access_token, API)).status).toBe(200);
  });
});

/** The members that are user details, of whatever else there is. */
function detailsIn(claims: object): UserDetails {
  return Object.fromEntries(
    Object.entries(claims).filter(([name]) => (USER_DETAILS as readonly string[]).includes(name)),
  );
}
