import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, basic, bearer, call, post, refresh, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { answerOf, raw, rawPost, rawRequest } from '../../support/raw.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../../support/server.js';

const API = '/api/resources';
const ADMINISTRATION = 'users:read users:write clients:read clients:write account';

describe('secrets, in whatever place they are sent', () => {
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;
  let token: string;
  /** Everything that must never be seen again. */
  const secrets = new Set<string>();

  beforeAll(async () => {
    server = await startServer();
    client = await aConfidentialClient(server, {}, { clientId: 'the-client', secret: canary() });
    person = await aPerson(server, { password: canary() });
    token = secretsOf(await signIn(server, client, person)).access_token;
    for (const { id, secret } of [client, FIRST_CLIENT])
      secrets.add(basic({ id, secret }).slice('Basic '.length));
    secrets.add(FIRST_CLIENT.secret).add(ADMINISTRATOR.password);
    secrets.add(server.config.encryption.key!.toString('hex'));
  });

  afterAll(() => server.close());

  /** A secret that nobody else has, long enough for every use and of characters that need no encoding. */
  function canary(): string {
    const text = `canary-${randomBytes(24).toString('hex')}`;
    secrets.add(text);
    return text;
  }

  /** Notes the tokens of an answer. */
  function secretsOf(answer: Answer): { access_token: string; refresh_token: string } {
    expect(answer.status).toBe(200);
    const { access_token, refresh_token } = answer.json;
    // Of a JWT the signature is what must not get out: with it, it is a credential.
    secrets.add(access_token.split('.')[2]).add(refresh_token);
    return answer.json;
  }

  /** That an answer repeats nothing, as itself or encoded. */
  function expectNoSecret(text: string): void {
    for (const secret of secrets) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 24));
      expect(text).not.toContain(Buffer.from(secret).toString('hex'));
    }
  }

  function expectQuietRefusal(answer: Answer, ...statuses: number[]): void {
    expect(statuses).toContain(answer.status);
    expectNoSecret(answer.text);
    expectNoSecret([...answer.headers].flat().join('\n'));
  }

  const rawly = async (request: string) => answerOf(await raw(server, request));

  it('are not repeated by a refusal of the token endpoint', async () => {
    const form = { grant_type: 'password', username: person.username, password: canary() };
    expectQuietRefusal(await post(server, '/token', client, form), 400);
    expectQuietRefusal(await post(server, '/token', { id: client.id, secret: canary() }, form), 401);
    expectQuietRefusal(
      await post(server, '/token', undefined, { ...form, client_id: client.id, client_secret: canary() }),
      401,
    );
    expectQuietRefusal(await post(server, '/token', client, { ...form, client_secret: canary() }), 400);
    expectQuietRefusal(await post(server, '/token', client, { ...form, scope: canary() }), 400);
    expectQuietRefusal(await post(server, '/token', client, { ...form, grant_type: canary() }), 400);
    expectQuietRefusal(await refresh(server, client, canary()), 400);
    expectQuietRefusal(
      await post(server, '/revoke', { id: canary(), secret: canary() }, { token: canary() }),
      401,
    );
    expectQuietRefusal(await post(server, '/introspect', undefined, { token: canary() }), 401);
  });

  it('are not repeated when the form is broken, too large or of another kind', async () => {
    const types = ['application/json', 'text/plain', 'multipart/form-data; boundary=x', `text/${canary()}`];
    for (const type of types) {
      const answer = await post(server, '/token', client, `password=${canary()}`, { 'Content-Type': type });
      expectQuietRefusal(answer, 400);
    }
    expectQuietRefusal(await post(server, '/token', client, `password=${canary()}%zz`), 400);
    expectQuietRefusal(
      await post(server, '/token', client, `password=${canary()}&password=${canary()}`),
      400,
    );
    expectQuietRefusal(await post(server, '/token', client, canary().repeat(2_000)), 413);
    const headers = ['Content-Type: application/x-www-form-urlencoded'];
    expectQuietRefusal(await rawly(rawPost('/token', headers, `password=${canary()}\u00ff`)), 400);
  });

  it('are not repeated from a URL, on paths that exist and on others', async () => {
    for (const path of [
      `/token?client_secret=${canary()}&password=${canary()}`,
      `/token?refresh_token=${canary()}`,
      `${API}?access_token=${canary()}`,
      `${API}/${canary()}`,
      `${API}?${canary()}=1`,
      `/userinfo?token=${canary()}`,
      `/login/${canary()}?password=${canary()}`,
      `/docs/${canary()}`,
      `/%zz${canary()}`,
    ]) {
      expectQuietRefusal(await rawly(rawRequest(`GET ${path}`)), 400, 401, 404, 405);
      expectQuietRefusal(await rawly(rawPost(path, [], '')), 400, 401, 404, 405);
    }
    expectQuietRefusal(await bearer(server, token, `${API}?limit=${canary()}`), 400);
    expectQuietRefusal(await bearer(server, token, `${API}?cursor=${canary()}`), 400);
  });

  it('are not repeated from a header', async () => {
    for (const [name, value] of Object.entries({
      Authorization: `Bearer ${canary()}`,
      'Proxy-Authorization': `Basic ${canary()}`,
      Cookie: `session=${canary()}`,
      'X-Api-Key': canary(),
      'X-Request-Id': canary(),
      Origin: `https://${canary()}`,
      Referer: `https://app.example/?code=${canary()}`,
      'User-Agent': canary(),
      Accept: canary(),
      DPoP: canary(),
    })) {
      expectQuietRefusal(await call(server, API, { headers: { [name]: value } }), 401);
    }
    expectQuietRefusal(
      await bearer(server, token, API, { headers: { 'Content-Type': canary() }, method: 'POST' }),
      415,
      400,
    );
    const { headers } = await bearer(server, token, API, { method: 'POST', body: { title: 'x' } });
    const options = { method: 'DELETE', headers: { 'If-Match': canary() } };
    expectQuietRefusal(await bearer(server, token, headers.get('Location')!, options), 400, 412);
    const [head, claims] = token.split('.');
    expectQuietRefusal(await bearer(server, `${head}.${claims}.${canary()}`, API), 401);
  });

  it('are not repeated from JSON, whatever is wrong with it', async () => {
    const json = (body: string) =>
      call(server, API, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body,
      });
    expectQuietRefusal(await json(`{"title":"${canary()}`), 400);
    expectQuietRefusal(await json(`"${canary()}"`), 400);
    expectQuietRefusal(await json(`{"title":{"a":"${canary()}"}}`), 400);
    expectQuietRefusal(await json(`{"title":"x","__proto__":"${canary()}"}`), 400);
    expectQuietRefusal(await json(`{"title":"x","password":"${canary()}"}`), 400);
    expectQuietRefusal(await json(`{"title":"${canary().repeat(10_000)}"}`), 413);
  });

  it('are not repeated from what is no request', async () => {
    for (const request of [
      `${canary()}\r\n\r\n`,
      `GET /${canary()} HTTP/9.9\r\n\r\n`,
      rawRequest(`FOO /${canary()}`),
      rawRequest(`GET ${canary()}`),
      rawRequest('GET /health/live', [`Host: ${canary()} x`]),
      rawRequest('GET /health/live', ['Host: as', `X-Broken : ${canary()}`]),
      rawRequest('GET /health/live', ['Host: as', `X-Large: ${canary().repeat(400)}`]),
      rawRequest('GET /health/live', ['Host: as', ...Array(120).fill(`X-Many: ${canary()}`)]),
      `POST /token HTTP/1.1\r\nHost: as\r\nContent-Length: ${canary()}\r\n\r\n`,
      `CONNECT ${canary()}:443 HTTP/1.1\r\nHost: as\r\n\r\n`,
    ]) {
      expectQuietRefusal(await rawly(request), 400, 404, 405, 431);
    }
  });

  it('are not repeated when they are refused or set in administration and in one’s account', async () => {
    const { access_token: administration } = secretsOf(
      await signIn(server, FIRST_CLIENT, ADMINISTRATOR, ADMINISTRATION),
    );
    const send = (method: string, path: string, body: unknown) =>
      bearer(server, administration, path, { method, body });
    const short = canary().slice(-12);
    secrets.add(short);
    expectQuietRefusal(await send('POST', '/admin/users', { username: 'x', password: short }), 400);
    expectQuietRefusal(
      await send('POST', '/admin/users', { username: canary(), password: { a: canary() } }),
      400,
    );
    expectQuietRefusal(
      await send('PATCH', `/admin/users/${person.sub}`, { password: 12, name: canary() }),
      400,
    );
    expectQuietRefusal(
      await send('POST', '/account/password', { current_password: canary(), new_password: canary() }),
      400,
      403,
    );

    const created = await send('POST', '/admin/users', { username: 'second', password: canary() });
    expect(created.status).toBe(201);
    expectNoSecret(created.text);
    const reset = await send('PATCH', `/admin/users/${created.json.id}`, { password: canary() });
    expect(reset.status).toBe(200);
    expectNoSecret(reset.text);
    const registered = await send('POST', '/admin/clients', {
      client_name: 'x',
      grant_types: ['client_credentials'],
    });
    expect(registered.status).toBe(201);
    secrets.add(registered.json.client_secret);
  });

  it('are not repeated by a database that complains, with its statement and parameters', async () => {
    const database = server.app.get(DataSource);
    await database.query('ALTER TABLE users RENAME TO users_elsewhere');
    const form = { username: canary(), password: canary() };
    expectQuietRefusal(await post(server, '/token', client, { grant_type: 'password', ...form }), 500);
    await database.query('ALTER TABLE users_elsewhere RENAME TO users');

    await database.query('ALTER TABLE clients RENAME TO clients_elsewhere');
    expectQuietRefusal(await post(server, '/token', { id: canary(), secret: canary() }, {}), 500);
    await database.query('ALTER TABLE clients_elsewhere RENAME TO clients');
  });

  it('are all good for what they are for', async () => {
    const first = secretsOf(await signIn(server, client, person));
    const second = secretsOf(await refresh(server, client, first.refresh_token));
    expect((await bearer(server, second.access_token, API)).status).toBe(200);
    expect((await post(server, '/introspect', client, { token: second.access_token })).json.active).toBe(
      true,
    );
    expect((await post(server, '/revoke', client, { token: second.refresh_token })).status).toBe(200);
  });

  it('are in no line of the log, which has a line of each request at the most talkative level', () => {
    const lines = server.logs.map((line) => JSON.parse(line));
    expect(server.config.server.logLevel).toBe('trace');
    expect(lines.filter(({ msg }) => msg === 'request').length).toBeGreaterThan(60);
    expect(lines.filter(({ msg }) => msg === 'unexpected error')).toHaveLength(2);
    expect(secrets.size).toBeGreaterThan(60);
    const log = server.logs.join('');
    expect(log).toContain(client.id);
    expectNoSecret(log);
  });
});
