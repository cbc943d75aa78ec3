import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aClientWithEveryCharacter, aPersonWithEveryCharacter } from '../../support/demanding-credentials.js';
import { type TestClient, type TestPerson, aPublicClient } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

const run = promisify(execFile);

describe('curl', () => {
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;
  /** The person's sign-in, as a shell script would write it. */
  let passwordGrant: string[];

  beforeAll(async () => {
    server = await startServer();
    client = await aClientWithEveryCharacter(server);
    person = await aPersonWithEveryCharacter(server);
    passwordGrant = [
      ['-d', 'grant_type=password'],
      ['--data-urlencode', `username=${person.username}`],
      ['--data-urlencode', `password=${person.password}`],
    ].flat();
  });

  afterAll(() => server.close());

  it.each<[way: string, credentials: () => string[]]>([
    ['Basic (-u), which it does not form-encode', () => ['-u', `${client.id}:${client.secret}`]],
    ['the body (-d)', () => ['-d', `client_id=${client.id}`, '-d', `client_secret=${client.secret}`]],
  ])('signs in, calls, refreshes and revokes with the client in %s', async (_way, credentials) => {
    const tokens = await curl('/token', ...credentials(), ...passwordGrant);
    expect(tokens).toMatchObject({ status: 200, json: { token_type: 'Bearer' } });
    const refreshing = ['-d', 'grant_type=refresh_token', '-d', `refresh_token=${tokens.json.refresh_token}`];
    const refreshed = await curl('/token', ...credentials(), ...refreshing);
    expect(refreshed.status).toBe(200);

    const created = await curl(
      '/api/resources',
      ...bearer(refreshed.json.access_token),
      ...['-H', 'Content-Type: application/json', '-d', '{"title":"Hello","body":{"from":"curl"}}'],
    );
    expect(created).toMatchObject({ status: 201, json: { title: 'Hello' } });

    const revoking = ['-d', `token=${refreshed.json.refresh_token}`];
    expect(await curl('/revoke', ...credentials(), ...revoking)).toMatchObject({ status: 200, json: {} });
    expect((await curl('/api/resources', ...bearer(refreshed.json.access_token))).status).toBe(401);
  });

  it('signs in as a public client by its client_id alone', async () => {
    const { id } = await aPublicClient(server);
    expect((await curl('/token', '-d', `client_id=${id}`, ...passwordGrant)).status).toBe(200);
  });

  it('is refused both ways at once (RFC 6749 §2.3)', async () => {
    const twice = ['-u', `${client.id}:${client.secret}`, '-d', `client_secret=${client.secret}`];
    expect(await curl('/token', ...twice, ...passwordGrant)).toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    });
  });

  function bearer(token: string): string[] {
    return ['-H', `Authorization: Bearer ${token}`];
  }

  async function curl(path: string, ...options: string[]): Promise<{ status: number; json: any }> {
    const { stdout } = await run('curl', ['-sS', '-w', '\n%{http_code}', ...options, server.origin + path]);
    const end = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(end)), json: JSON.parse(stdout.slice(0, end)) };
  }
});
