import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/http.js';
import { accessOf, mistakesIn, operationsOf } from '../support/openapi-document.js';
import { type TestServer, startServer } from '../support/server.js';

const ROOT = resolve(import.meta.dirname, '../..');

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
    [
      'a default in a PATCH',
      /roles has a default/,
      (d) => (d.components.schemas.ChangeUser.properties.roles.default = []),
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
