import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/protocol/scopes.js';
import { type Answer, bearer, call, post, signIn } from '../support/http.js';
import { type TestClient, aConfidentialClient, aPerson } from '../support/mothers.js';
import { type Operation, accessOf, mistakesIn, operationsOf, requestsOf } from '../support/openapi-document.js';
import { schemaFlaws } from '../support/openapi-schema.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../support/server.js';

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
      const { status, headers } = await call(server, operation.path, { method: operation.method.toUpperCase() });
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
        expectAsDocumented(operation, await sent(operation, request), name);
      }
    }
  });
});

describe('an answer', () => {
  it('to every operation that only reads is as documented, member by member', async () => {
    const { access_token } = (await signIn(server, ADMINISTRATOR_CLIENT, ADMINISTRATOR, ALL_SCOPES)).json;
    await bearer(server, access_token, '/api/resources', { method: 'POST', body: { title: 'To be listed' } });
    for (const operation of operationsOf(document).filter(({ method }) => method === 'get')) {
      const path = await pathOf(operation);
      expectAsDocumented(operation, await bearer(server, access_token, path), path);
    }
  });

  it.each([
    ['without a token', '/api/resources', {}, 401],
    ['with too narrow a token', '/admin/users', { scope: 'resources:read' }, 403],
    ['for what is not there', '/api/resources/019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10', { scope: 'resources:read' }, 404],
    ['to a query that is refused', '/api/resources?limit=0', { scope: 'resources:read' }, 400],
  ])('%s is as documented', async (_, path, { scope }: { scope?: string }, status) => {
    const token = scope && (await signIn(server, ADMINISTRATOR_CLIENT, ADMINISTRATOR, scope)).json.access_token;
    const answer = token ? await bearer(server, token, path) : await call(server, path);
    const template = path.replace(/\?.*/, '').replace(/[0-9a-f-]{36}/, '{id}');
    const operation = operationsOf(document).find((one) => one.path === template && one.method === 'get')!;
    expect(answer.status).toBe(status);
    expectAsDocumented(operation, answer, path);
  });
});
