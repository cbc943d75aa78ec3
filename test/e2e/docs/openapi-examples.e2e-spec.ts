import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserDirectory } from '../../../src/modules/users/index.js';
import { SCOPES } from '../../../src/protocol/scopes.js';
import { type Answer, bearer, call, post, signIn } from '../../support/http.js';
import { aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type Operation, accessOf, operationsOf, requestsOf } from '../../support/openapi-document.js';
import { schemaFlaws } from '../../support/openapi-schema.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../../support/server.js';

const ALL_SCOPES = Object.keys(SCOPES).join(' ');

let server: TestServer;
let document: OpenAPIObject;

beforeAll(async () => {
  server = await startServer();
  document = (await call(server, '/docs-json')).json;
});

afterAll(() => server?.close());

describe('a request that the OpenAPI document shows', () => {
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
    const answer = await post(server, path, client, form);
    const operation = operationsOf(document).find((one) => one.path === path)!;
    expect(answer.status).toBe(status);
    expectAsDocumented(operation, answer);
  });
});

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
