import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aClientWithEveryCharacter, aPersonWithEveryCharacter } from '../../support/demanding-credentials.js';
import { type TestPerson, aConfidentialClient } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

/** The one thing that is loosened: these tests speak http. Every other check of the library stands. */
const OVER_HTTP = { [oauth.allowInsecureRequests]: true };

describe('oauth4webapi, as it is installed', () => {
  let server: TestServer;
  let issuer: URL;
  let as: oauth.AuthorizationServer;
  let client: oauth.Client;
  let authentication: oauth.ClientAuth;
  let person: TestPerson;

  beforeAll(async () => {
    server = await startServer();
    issuer = new URL(server.config.server.issuer);
    const { id, secret } = await aClientWithEveryCharacter(server);
    client = { client_id: id };
    authentication = oauth.ClientSecretBasic(secret);
    person = await aPersonWithEveryCharacter(server);
    as = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...OVER_HTTP }),
    );
  });

  afterAll(() => server.close());

  it('goes from discovery to a validated access token (RFC 8414, RFC 6749 §4.3, RFC 9068 §4)', async () => {
    const tokens = await signIn('profile resources:read');
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'profile resources:read' });
    expect(await validated(tokens.access_token)).toMatchObject({
      iss: server.config.server.issuer,
      sub: person.sub,
      client_id: client.client_id,
      scope: 'profile resources:read',
    });
    await expect(validated(tokens.access_token, 'https://another.example')).rejects.toThrow('"aud"');
  });

  it('validates a token under RS256, found by the same key set', async () => {
    const { id, secret } = await aConfidentialClient(server, { signingAlgorithm: 'RS256' });
    const tokens = await oauth.processClientCredentialsResponse(
      as,
      { client_id: id },
      await oauth.clientCredentialsGrantRequest(
        as,
        { client_id: id },
        oauth.ClientSecretPost(secret!),
        { scope: 'resources:read' },
        OVER_HTTP,
      ),
    );
    expect(await validated(tokens.access_token)).toMatchObject({ sub: id, client_id: id });
  });

  it('refreshes, reads and revokes', async () => {
    const tokens = await signIn('profile resources:read');
    const refreshed = await oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token!, OVER_HTTP),
    );
    const resources = await readResources(refreshed.access_token);
    expect(await resources.json()).toEqual({ items: [], next_cursor: null });
    const userInfo = await oauth.processUserInfoResponse(
      as,
      client,
      person.sub,
      await oauth.userInfoRequest(as, client, refreshed.access_token, OVER_HTTP),
    );
    expect(userInfo.preferred_username).toBe(person.username);
    expect(await introspected(refreshed.refresh_token!)).toMatchObject({ active: true });

    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, client, authentication, refreshed.refresh_token!, OVER_HTTP),
    );
    expect(await introspected(refreshed.access_token)).toEqual({ active: false });
    await expect(readResources(refreshed.access_token)).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    });
  });

  it('learns of the authorization server from the API (RFC 9728 §3)', async () => {
    const resource = new URL(server.config.tokens.audience);
    const metadata = await oauth.processResourceDiscoveryResponse(
      resource,
      await oauth.resourceDiscoveryRequest(resource, OVER_HTTP),
    );
    expect(metadata.authorization_servers).toEqual([as.issuer]);
  });

  async function signIn(scope: string): Promise<oauth.TokenEndpointResponse> {
    const { username, password } = person;
    const parameters = { username, password, scope };
    return oauth.processGenericTokenEndpointResponse(
      as,
      client,
      await oauth.genericTokenEndpointRequest(as, client, authentication, 'password', parameters, OVER_HTTP),
    );
  }

  function validated(
    token: string,
    audience = server.config.tokens.audience,
  ): Promise<oauth.JWTAccessTokenClaims> {
    const request = new Request(new URL('/api/resources', issuer), {
      headers: { Authorization: `Bearer ${token}` },
    });
    return oauth.validateJwtAccessToken(as, request, audience, OVER_HTTP);
  }

  async function introspected(token: string): Promise<oauth.IntrospectionResponse> {
    return oauth.processIntrospectionResponse(
      as,
      client,
      await oauth.introspectionRequest(as, client, authentication, token, OVER_HTTP),
    );
  }

  function readResources(token: string): Promise<Response> {
    const url = new URL('/api/resources', issuer);
    return oauth.protectedResourceRequest(token, 'GET', url, undefined, undefined, OVER_HTTP);
  }
});
