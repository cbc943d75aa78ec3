import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserDirectory } from '../../src/modules/users/index.js';
import { SCOPES } from '../../src/protocol/scopes.js';
import { type Answer, bearer, call, post, signIn } from '../support/http.js';
import { aConfidentialClient, aPerson } from '../support/mothers.js';
import {
  type Operation,
  accessOf,
  mistakesIn,
  operationsOf,
  requestsOf,
} from '../support/openapi-document.js';
import { schemaFlaws } from '../support/openapi-schema.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../support/server.js';

const ROOT = resolve(import.meta.dirname, '../..');
const ALL_SCOPES = Object.keys(SCOPES).join(' ');

let server: TestServer;
let document: OpenAPIObject;

beforeAll(async () => {
  server = await startServer();
  document = (await call(server, '/docs-json')).json;
});

afterAll(() => server?.close());

describe('the OpenAPI document', () => {
  it('has nothing wrong with it', () => {
    expect(operationsOf(document).length).toBeGreaterThan(25);
    expect(mistakesIn(document)).toEqual([]);
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
  });

  it('names no host, so that it is right wherever it is served', () => {
    expect(document.servers!.map(({ url }) => url)).toEqual(['/']);
  });

  it('says of every operation who may call it', async () => {
    for (const operation of operationsOf(document)) {
      const { status, headers } = await call(server, operation.path, {
        method: operation.method.toUpperCase(),
      });
      const challenge = headers.get('WWW-Authenticate');
      const access = status === 401 ? (challenge!.startsWith('Bearer') ? 'bearer' : 'client') : 'public';
      // Without a form, a client is not even asked for.
      const expected = accessOf(operation) === 'client' ? { status: 400 } : { access: accessOf(operation) };
      expect({ operation: operation.id, status, access }).toMatchObject(expected);
    }
  });
});

describe('a request that the document shows', () => {
  it('works as it is, and is answered as documented', async () => {
    for (const operation of operationsOf(document).filter(({ said }) => said.requestBody !== undefined)) {
      const requests = Object.entries(requestsOf(document, operation));
      expect(requests.length, `${operation.id} shows no request`).toBeGreaterThan(0);
      for (const [name, request] of requests) {
        const answer = await sent(operation, request);
        expect(answer.status, `${operation.id}, ${name}: ${answer.text}`).toBeLessThan(300);
        expectAsDocumented(operation, answer);
      }
    }
  });
});

describe('an answer', () => {
  it('to every operation that only reads is as documented, member by member', async () => {
    const token = await aTokenOfTheAdministrator();
    for (const operation of operationsOf(document).filter(({ method }) => method === 'get')) {
      const path = await pathOf(operation, token);
      const answer = await bearer(server, token, path);
      expect(answer.status, `${path}: ${answer.text}`).toBe(200);
      expectAsDocumented(operation, answer);
    }
  });

  it.each([
    ['without a token', '/api/resources', {}, 401],
    ['with too narrow a token', '/admin/users', { scope: 'resources:read' }, 403],
    [
      'for what is not there',
      '/api/resources/019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10',
      { scope: 'resources:read' },
      404,
    ],
    ['to a query that is refused', '/api/resources?limit=0', { scope: 'resources:read' }, 400],
  ])('%s is as documented', async (_, path, { scope }: { scope?: string }, status) => {
    const token = scope && (await signIn(server, FIRST_CLIENT, ADMINISTRATOR, scope)).json.access_token;
    const answer = token ? await bearer(server, token, path) : await call(server, path);
    const template = path.replace(/\?.*/, '').replace(/[0-9a-f-]{36}/, '{id}');
    const operation = operationsOf(document).find((one) => one.path === template && one.method === 'get')!;
    expect(answer.status).toBe(status);
    expectAsDocumented(operation, answer);
  });

  it.each([
    [
      'to a client that does not authenticate',
      '/token',
      { grant_type: 'password' },
      { id: 'nobody', secret: 'x' },
      401,
    ],
    [
      'to a wrong password',
      '/token',
      { grant_type: 'password', username: 'a', password: 'b' },
      FIRST_CLIENT,
      400,
    ],
    ['to a revocation without a token', '/revoke', {}, FIRST_CLIENT, 400],
    ['about a token that is none', '/introspect', { token: 'none' }, FIRST_CLIENT, 200],
  ])('%s is as documented', async (_, path, form, client, status) => {
    const answer = await post(server, path, client, form as Record<string, string>);
    const operation = operationsOf(document).find((one) => one.path === path)!;
    expect(answer.status).toBe(status);
    expectAsDocumented(operation, answer);
  });
});

describe('the check of the document', () => {
  it.each<[string, RegExp, (spoilt: any) => void]>([
    [
      'an operationId that is repeated',
      /^operationId: .*isLive/,
      (d) => (get(d, '/health/ready').operationId = 'isLive'),
    ],
    [
      'an operationId of the framework',
      /not readable/,
      (d) => (get(d, '/health/live').operationId = 'Health_live'),
    ],
    ['a reference that leads nowhere', /leads nowhere/, (d) => delete d.components.schemas.UserPage],
    ['a schema that nothing uses', /not used/, (d) => (d.components.schemas.Stray = { type: 'object' })],
    ['a server with a host', /not relative/, (d) => (d.servers[0].url = 'https://as.example')],
    ['a token URL with a host', /is not \/token/, (d) => (password(d).tokenUrl = 'https://as.example/token')],
    ['a scope without its description', /scopes are others/, (d) => (password(d).scopes.profile = '')],
    ['no summary', /no summary/, (d) => (get(d, '/userinfo').summary = '')],
    ['no tag', /not one tag/, (d) => (get(d, '/userinfo').tags = [])],
    ['a tag without a description', /tag is not described/, (d) => (get(d, '/userinfo').tags = ['Others'])],
    ['no scope', /there is no scope/, (d) => (get(d, '/userinfo').security = [{ oauth2: [] }])],
    [
      'a scope that is none',
      /is not a scope/,
      (d) => (get(d, '/userinfo').security = [{ oauth2: ['email'] }]),
    ],
    ['a refusal left out', /401 is not documented/, (d) => delete get(d, '/userinfo').responses[401]],
    ['no success', /no success/, (d) => delete get(d, '/userinfo').responses[200]],
    ['no description', /200 has no desc/, (d) => (get(d, '/userinfo').responses[200].description = '')],
    ['an answer without a schema', /200 has no schema/, (d) => delete answerOf(d, 200).schema],
    [
      'an example that lacks a member',
      /title: is missing/,
      (d) => delete answerOf(d, 403, PROBLEM).example.title,
    ],
    [
      'a problem that is plain JSON',
      /is application\/json/,
      (d) => asJson(get(d, '/userinfo').responses[403]),
    ],
    ['no challenge', /no header WWW-Auth/, (d) => delete get(d, '/userinfo').responses[401].headers],
    [
      'an example of another status',
      /another status/,
      (d) => (answerOf(d, 403, PROBLEM).example.status = 404),
    ],
    [
      'a request that its schema refuses',
      /not in the schema/,
      (d) => (createUser(d).examples.person.value.age = 7),
    ],
    ['a 400 without errors', /shows no errors/, (d) => delete refusedUser(d).example.errors],
  ])('finds %s', (_, mistake, spoil) => {
    const spoilt = structuredClone(document);
    spoil(spoilt);
    expect(mistakesIn(spoilt).filter((found) => mistake.test(found))).not.toEqual([]);
  });
});

const PROBLEM = 'application/problem+json';
const get = (spoilt: any, path: string) => spoilt.paths[path].get;
const password = (spoilt: any) => spoilt.components.securitySchemes.oauth2.flows.password;
const createUser = (spoilt: any) => spoilt.paths['/admin/users'].post.requestBody.content['application/json'];
const answerOf = (spoilt: any, status: number, type = 'application/json') =>
  get(spoilt, '/userinfo').responses[status].content[type];
const refusedUser = (spoilt: any) => spoilt.paths['/admin/users/{id}'].patch.responses[400].content[PROBLEM];
const asJson = (response: any) => (response.content = { 'application/json': response.content[PROBLEM] });

function expectAsDocumented({ id, said }: Operation, answer: Answer): void {
  const documented = said.responses[answer.status];
  expect(documented, `${id} answers ${answer.status}: ${answer.text}`).toBeDefined();
  if (documented.content === undefined) return expect(answer.text).toBe('');
  const [mediaType] = answer.headers.get('Content-Type')!.split(';');
  expect(Object.keys(documented.content)).toEqual([mediaType]);
  const { schema } = documented.content[mediaType!];
  expect(schemaFlaws(document, schema, answer.json), `${id}: ${answer.text}`).toEqual([]);
}

async function aTokenOfTheAdministrator(): Promise<string> {
  return (await signIn(server, FIRST_CLIENT, ADMINISTRATOR, ALL_SCOPES)).json.access_token;
}

/** The path of an operation, with something of its own behind its parameter. */
async function pathOf({ path }: Operation, token: string): Promise<string> {
  if (path.startsWith('/api/resources/')) {
    const body = { title: 'Something to read', body: { of: 'any kind' } };
    return (await bearer(server, token, '/api/resources', { method: 'POST', body })).headers.get('Location')!;
  }
  if (path.startsWith('/admin/users/')) return `/admin/users/${(await aPerson(server)).sub}`;
  return path.replace('{client_id}', (await aConfidentialClient(server)).id);
}

/** Sends a request of the document: whole as it is, but for what only this server can know. */
async function sent(operation: Operation, request: any): Promise<Answer> {
  if (accessOf(operation) === 'client') return sentAsForm(operation, request);
  const method = operation.method.toUpperCase();
  if (operation.id === 'changeOwnPassword') {
    const person = await aPerson(server, { password: request.current_password });
    const { access_token } = (await signIn(server, FIRST_CLIENT, person, 'account')).json;
    return bearer(server, access_token, operation.path, { method, body: request });
  }
  const token = await aTokenOfTheAdministrator();
  return bearer(server, token, await pathOf(operation, token), { method, body: request });
}

async function sentAsForm({ path }: Operation, form: Record<string, string>): Promise<Answer> {
  const person = { username: 'alice', password: 'tractor yellow moonlight' };
  const { sub } = await aPerson(server, person);
  try {
    const { refresh_token } = (await signIn(server, FIRST_CLIENT, person)).json;
    const known: Record<string, string> = Object.hasOwn(form, 'token') ? { token: refresh_token } : {};
    if (Object.hasOwn(form, 'refresh_token')) known.refresh_token = refresh_token;
    return await post(server, path, FIRST_CLIENT, { ...form, ...known });
  } finally {
    await server.app.get(UserDirectory).remove(sub);
  }
}
