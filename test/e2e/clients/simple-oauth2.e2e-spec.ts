import { ClientCredentials, type ModuleOptions, ResourceOwnerPassword } from 'simple-oauth2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aClientWithEveryCharacter, aPersonWithEveryCharacter } from '../../support/demanding-credentials.js';
import { bearer } from '../../support/http.js';
import type { TestPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

/** Whatever a version of the library can be told about sending the client's credentials. */
const OPTIONS: NonNullable<ModuleOptions['options']>[] = [
  { authorizationMethod: 'header', credentialsEncodingMode: 'strict' },
  { authorizationMethod: 'header', credentialsEncodingMode: 'loose' },
  { authorizationMethod: 'body' },
];

describe.each(OPTIONS)('simple-oauth2, as it is installed, with %j', (options) => {
  let server: TestServer;
  let settings: ModuleOptions;
  let person: TestPerson;

  beforeAll(async () => {
    server = await startServer();
    person = await aPersonWithEveryCharacter(server);
    settings = {
      client: await aClientWithEveryCharacter(server),
      auth: { tokenHost: server.origin, tokenPath: '/token', revokePath: '/revoke' },
      options,
    };
  });

  afterAll(() => server.close());

  it('signs in, refreshes and revokes', async () => {
    const { username, password } = person;
    const scope = ['profile', 'resources:read'];
    const signedIn = await new ResourceOwnerPassword(settings).getToken({ username, password, scope });
    expect(signedIn.expired()).toBe(false);
    expect(signedIn.token.scope).toBe('profile resources:read');

    const refreshed = await signedIn.refresh();
    expect(refreshed.token.refresh_token).not.toBe(signedIn.token.refresh_token);
    expect(await statusWith(refreshed.token.access_token)).toBe(200);

    await refreshed.revokeAll();
    expect(await statusWith(refreshed.token.access_token)).toBe(401);
    await expect(refreshed.refresh()).rejects.toMatchObject({
      data: { payload: { error: 'invalid_grant' } },
    });
  });

  it('gets a token of its own', async () => {
    const { token } = await new ClientCredentials(settings).getToken({ scope: 'resources:read' });
    expect(await statusWith(token.access_token)).toBe(200);
  });

  it('reads the error of a refusal', async () => {
    const wrong = { username: person.username, password: `${person.password}!` };
    await expect(new ResourceOwnerPassword(settings).getToken(wrong)).rejects.toMatchObject({
      output: { statusCode: 400 },
      data: { payload: { error: 'invalid_grant' } },
    });
  });

  async function statusWith(token: unknown): Promise<number> {
    return (await bearer(server, String(token), '/api/resources')).status;
  }
});
