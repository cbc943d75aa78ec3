import {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  None,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
  allowInsecureRequests,
  clientCredentialsGrant,
  discovery,
  fetchProtectedResource,
  fetchUserInfo,
  genericGrantRequest,
  refreshTokenGrant,
  tokenIntrospection,
  tokenRevocation,
} from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aClientWithEveryCharacter, aPersonWithEveryCharacter } from '../../support/demanding-credentials.js';
import { type TestClient, type TestPerson, aPublicClient } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

describe('openid-client, as it is installed', () => {
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    server = await startServer();
    client = await aClientWithEveryCharacter(server);
    person = await aPersonWithEveryCharacter(server);
  });

  afterAll(() => server.close());

  it('learns all endpoints from the metadata (RFC 8414 §3)', async () => {
    const metadata = (await discovered(client, ClientSecretBasic(client.secret))).serverMetadata();
    expect(metadata.issuer).toBe(server.config.server.issuer);
    expect(metadata.token_endpoint).toBe(`${metadata.issuer}/token`);
    expect(metadata.grant_types_supported).toContain('password');
  });

  describe.each([
    ['client_secret_basic', ClientSecretBasic],
    ['client_secret_post', ClientSecretPost],
  ])('with %s', (_method, authentication) => {
    let configuration: Configuration;

    beforeAll(async () => {
      configuration = await discovered(client, authentication(client.secret));
    });

    it('signs in, reads, refreshes and revokes', async () => {
      const tokens = await signIn(configuration, 'profile resources:read resources:write');
      expect(tokens.expiresIn()).toBeGreaterThan(290);
      expect(tokens.scope).toBe('profile resources:read resources:write');
      expect((await readResources(configuration, tokens.access_token)).status).toBe(200);

      const userInfo = await fetchUserInfo(configuration, tokens.access_token, person.sub);
      expect(userInfo).toMatchObject({ sub: person.sub, preferred_username: person.username });

      const refreshed = await refreshTokenGrant(configuration, tokens.refresh_token!);
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
      expect(await tokenIntrospection(configuration, refreshed.access_token)).toMatchObject({
        active: true,
        sub: person.sub,
        client_id: client.id,
      });

      await tokenRevocation(configuration, refreshed.refresh_token!, { token_type_hint: 'refresh_token' });
      expect(await tokenIntrospection(configuration, refreshed.access_token)).toEqual({ active: false });
      await expect(readResources(configuration, refreshed.access_token)).rejects.toThrow(
        WWWAuthenticateChallengeError,
      );
    });

    it('gets a token of its own (RFC 6749 §4.4)', async () => {
      const tokens = await clientCredentialsGrant(configuration, { scope: 'resources:read' });
      expect(tokens).not.toHaveProperty('refresh_token');
      expect((await readResources(configuration, tokens.access_token)).status).toBe(200);
    });

    it('reads the error of a refusal', async () => {
      const refused = genericGrantRequest(configuration, 'password', {
        username: person.username,
        password: `${person.password}!`,
      });
      await expect(refused).rejects.toBeInstanceOf(ResponseBodyError);
      await expect(refused).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
    });
  });

  it('reads the challenge when the client secret is wrong (RFC 6749 §5.2)', async () => {
    const configuration = await discovered(client, ClientSecretBasic('a-wrong-secret-of-the-tests'));
    const refused = signIn(configuration, 'profile');
    await expect(refused).rejects.toBeInstanceOf(WWWAuthenticateChallengeError);
    await expect(refused).rejects.toMatchObject({ status: 401, cause: [{ scheme: 'basic' }] });
  });

  it('signs in and refreshes as a public client', async () => {
    const configuration = await discovered(await aPublicClient(server), None());
    const tokens = await signIn(configuration, 'resources:read');
    const refreshed = await refreshTokenGrant(configuration, tokens.refresh_token!);
    expect((await readResources(configuration, refreshed.access_token)).status).toBe(200);
  });

  async function discovered({ id }: TestClient, authentication: ClientAuth): Promise<Configuration> {
    return discovery(new URL(server.config.server.issuer), id, undefined, authentication, {
      algorithm: 'oauth2',
      execute: [allowInsecureRequests],
    });
  }

  function signIn(configuration: Configuration, scope: string): ReturnType<typeof genericGrantRequest> {
    const { username, password } = person;
    return genericGrantRequest(configuration, 'password', { username, password, scope });
  }

  function readResources(configuration: Configuration, accessToken: string): Promise<Response> {
    const url = new URL('/api/resources', server.config.server.issuer);
    return fetchProtectedResource(configuration, accessToken, url, 'GET');
  }
});
