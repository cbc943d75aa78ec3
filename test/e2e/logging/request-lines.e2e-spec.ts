import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Administration, administrationOf } from '../../support/administration.js';
import { post, refresh, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { raw } from '../../support/raw.js';
import { type TestServer, startServer } from '../../support/server.js';

let server: TestServer;
let admin: Administration;
let client: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
  client = await aConfidentialClient(server, {
    grantTypes: ['password', 'refresh_token', 'client_credentials'],
  });
  person = await aPerson(server);
});

beforeEach(() => void (server.logs.length = 0));
afterAll(() => server?.close());

async function expectLine(line: object): Promise<void> {
  await vi.waitFor(() =>
    expect(server.logs.map((text) => JSON.parse(text)).filter(({ msg }) => msg === 'request')).toMatchObject([
      line,
    ]),
  );
}

describe('the log line of a token request', () => {
  it('names grant type and subject of a sign-in and of a refresh', async () => {
    const { json } = await signIn(server, client, person);
    await expectLine({ grant_type: 'password', sub: person.sub, client_id: client.id, status: 200 });
    server.logs.length = 0;
    await refresh(server, client, json.refresh_token);
    await expectLine({ grant_type: 'refresh_token', sub: person.sub, status: 200 });
  });

  it('names the client where it acts for itself', async () => {
    await post(server, '/token', client, { grant_type: 'client_credentials' });
    await expectLine({ grant_type: 'client_credentials', sub: client.id, status: 200 });
  });

  it('names the subject of a token that is introspected or revoked', async () => {
    const { json } = await signIn(server, client, person);
    for (const path of ['/introspect', '/revoke']) {
      for (const token of [json.access_token, json.refresh_token]) {
        server.logs.length = 0;
        await post(server, path, client, { token });
        await expectLine({ route: path, client_id: client.id, sub: person.sub, status: 200 });
      }
    }
  });

  it('names the reason of a refusal, which the client does not learn', async () => {
    const answer = await signIn(server, client, { ...person, password: 'wrong' });
    const reason = 'wrong_password';
    await expectLine({ grant_type: 'password', error: 'invalid_grant', reason });
    expect(answer.text).not.toContain(reason);
    expect(server.logs.join('')).not.toContain(person.username);
  });

  it('names the grant type when the client was refused', async () => {
    await signIn(server, { ...client, secret: 'wrong' }, person);
    await expectLine({ grant_type: 'password', error: 'invalid_client', status: 401 });
  });

  it('does not repeat a grant type that is not served', async () => {
    await post(server, '/token', client, { grant_type: 'canary-5f0c4a52' });
    await expectLine({ error: 'unsupported_grant_type', status: 400 });
    expect(server.logs.join('')).not.toContain('canary-5f0c4a52');
  });
});

describe('the log line of an act of an administrator', () => {
  it('names what was acted on', async () => {
    await admin('PATCH', `/admin/users/${person.sub}`, { name: 'Somebody' });
    await expectLine({ route: '/admin/users/:id', target: person.sub });
    server.logs.length = 0;
    await admin('PATCH', `/admin/clients/${client.id}`, { client_name: 'Renamed' });
    await expectLine({ route: '/admin/clients/:client_id', target: client.id });
  });

  it('names what was created', async () => {
    const { json } = await admin('POST', '/admin/users', { username: 'a-new-user' });
    await expectLine({ route: '/admin/users', target: json.id, status: 201 });
  });

  it('names nothing that does not exist', async () => {
    await admin('GET', '/admin/clients/canary-5f0c4a52');
    await expectLine({ route: '/admin/clients/:client_id', status: 404 });
    expect(server.logs.join('')).not.toContain('canary-5f0c4a52');
  });
});

describe('the log line of what is no request that the server can read', () => {
  it.each([
    ['a malformed field', 'GET / HTTP/1.1\r\nHost: as\r\ncanary\r\n\r\n', 400],
    ['an unknown method', 'CANARY /canary HTTP/1.1\r\nHost: as\r\n\r\n', 404],
    ['CONNECT', 'CONNECT canary:443 HTTP/1.1\r\nHost: as\r\n\r\n', 405],
  ])('has status and address alone: %s', async (_, text, status) => {
    await raw(server, text);
    await expectLine({ method: null, route: null, status, ip: '127.0.0.1' });
    expect(server.logs.join('')).not.toMatch(/canary/i);
  });
});
