import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Directory } from '../../../src/modules/directory/index.js';
import type { ResourceOwner, SignedInOwner } from '../../../src/protocol/resource-owner.js';
import { bearer, refresh, signIn } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import { type TestClient, aConfidentialClient } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectTokens } from '../../support/token-endpoint.js';
import { API, aResourceServer, expectOAuthError, expectRefused } from '../../support/verdicts.js';

/** A person as a directory elsewhere knows one: by an id that is no UUID. */
const OWNER: ResourceOwner = {
  sub: 'uid=alice,ou=people',
  username: 'alice',
  name: null,
  email: null,
  email_verified: false,
  roles: [],
  attributes: {},
  updated_at: 1_763_769_600,
  credentials_version: null,
};
const CREDENTIALS = { username: 'alice', password: 'tractor yellow moonlight' };

let server: TestServer;
let client: TestClient;
let resourceServer: TestClient;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  resourceServer = await aResourceServer(server);
});

afterEach(() => vi.restoreAllMocks());

afterAll(() => server?.close());

/** Has the directory answer with these versions: at the sign-in, and whenever it is asked afterwards. */
function directoryWith(atSignIn: string | null, afterwards: string | null | undefined): void {
  const directory = server.app.get(Directory, { strict: false });
  const signedIn: SignedInOwner = {
    ...OWNER,
    credentials_version: atSignIn,
    auth_time: server.clock.seconds() - 7,
    amr: ['pwd', 'otp'],
  };
  vi.spyOn(directory, 'authenticate').mockResolvedValue({ outcome: 'signed_in', owner: signedIn });
  vi.spyOn(directory, 'describe').mockResolvedValue(
    afterwards === undefined ? undefined : { ...OWNER, credentials_version: afterwards },
  );
}

describe('a directory that does not say when a password changed', () => {
  it('has its people sign in, when and how it says, and stay signed in', async () => {
    server.clock.stop();
    onTestFinished(() => server.clock.resume());
    directoryWith(null, null);
    const answer = await signIn(server, client, CREDENTIALS);
    expectTokens(answer);
    const { sub, auth_time: authTime, amr, iat } = decodeJwt(answer.json.access_token).claims;
    expect({ sub, amr, ago: iat - authTime }).toEqual({ sub: OWNER.sub, amr: ['pwd', 'otp'], ago: 7 });
    const refreshed = await refresh(server, client, answer.json.refresh_token);
    expectTokens(refreshed);
    expect(decodeJwt(refreshed.json.access_token).claims).toMatchObject({ auth_time: authTime, amr });
    expect((await bearer(server, refreshed.json.access_token, API)).status).toBe(200);
  });

  it.each([
    ['begins to say', null, 'v1'],
    ['no longer says', 'v1', null],
    ['says another one', 'v1', 'v2'],
    ['says that the person is gone', null, undefined],
  ])('refuses the next refresh and ends the grant when it %s', async (_, before, after) => {
    directoryWith(before, before);
    const { json } = await signIn(server, client, CREDENTIALS);
    directoryWith(before, after);
    expectOAuthError(await refresh(server, client, json.refresh_token), 'invalid_grant');
    await expectRefused(server, resourceServer, json.access_token);
  });

  it.each([
    ['begins to say', null, 'v1'],
    ['no longer says', 'v1', null],
    ['says that the person is gone', null, undefined],
  ])('refuses the sign-in during which it %s', async (_, before, after) => {
    directoryWith(before, after);
    expectOAuthError(await signIn(server, client, CREDENTIALS), 'invalid_grant');
  });
});
