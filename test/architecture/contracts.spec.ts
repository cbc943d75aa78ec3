import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/http.js';
import { identityContractOf } from '../support/identity-contract.js';
import { schemaFlaws } from '../support/openapi-schema.js';
import { ADMINISTRATOR, type TestServer, startOne } from '../support/server.js';

const FILE = resolve(import.meta.dirname, '../../docs/contracts/identity.openapi.json');
const SECRET = 'internal-secret-of-these-tests-0123456789';

let identity: TestServer;
let contract: any;

beforeAll(async () => {
  identity = await startOne({
    environment: { ROLES: 'identity', GATEWAY_URL: 'http://127.0.0.1:1', INTERNAL_SECRET: SECRET },
  });
  contract = identityContractOf((await call(identity, '/docs-json')).json);
});

afterAll(() => identity?.close());

/** Asks the identity role; the schema that the contract has for such an answer comes with it. */
async function ask(method: string, path: string, operation: string, body?: object) {
  const answer = await call(identity, path, {
    method,
    headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const mediaType = answer.headers.get('Content-Type')!.split(';')[0]!;
  const { responses } = contract.paths[operation][method.toLowerCase()];
  return { ...answer, schema: responses[answer.status]?.content[mediaType]?.schema };
}

const signIn = (password: string) =>
  ask('POST', '/auth', '/auth', {
    ...ADMINISTRATOR,
    password,
    client_id: 'c',
    ip: '192.0.2.7',
    user_agent: null,
  });
const describePerson = (sub: string) => ask('GET', `/auth/users/${sub}`, '/auth/users/{sub}');

describe('docs/contracts/identity.openapi.json', () => {
  it('is what the identity role serves; after a change: npx vitest run test/architecture/contracts.spec.ts -u', async () => {
    const text = await format(JSON.stringify(contract), { ...(await resolveConfig(FILE)), filepath: FILE });
    await expect(text).toMatchFileSnapshot(FILE);
  });

  it('has the two routes, for the gateway alone', () => {
    const operations = Object.entries<any>(contract.paths).flatMap(([path, item]) =>
      Object.entries<any>(item).map(([method, { security }]) => [method, path, security]),
    );
    expect(operations).toEqual([
      ['post', '/auth', [{ internal: [] }]],
      ['get', '/auth/users/{sub}', [{ internal: [] }]],
    ]);
    expect(contract.components.securitySchemes.internal).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('has a schema for each answer, and the answers fit', async () => {
    const signedIn = await signIn(ADMINISTRATOR.password);
    const answers = [
      [200, signedIn],
      [401, await signIn('wrong')],
      [400, await signIn('two\nlines')],
      [413, await signIn('x'.repeat(100_000))],
      [200, await describePerson(signedIn.json.sub)],
      [404, await describePerson('nobody')],
    ] as const;
    for (const [status, answer] of answers) {
      expect(answer).toMatchObject({ status, schema: expect.anything() });
      expect(schemaFlaws(contract, answer.schema, answer.json)).toEqual([]);
    }
    expect(schemaFlaws(contract, signedIn.schema, { ...signedIn.json, sub: 7 })).not.toEqual([]);
  });

  it('shows examples that fit their schemas', () => {
    const shown = Object.values<any>(contract.paths)
      .flatMap((item) => Object.values<any>(item))
      .flatMap(({ responses }) => Object.values<any>(responses))
      .flatMap(({ content }) => Object.values<any>(content))
      .flatMap(({ schema, example, examples }) =>
        [example, ...Object.values<any>(examples ?? {}).map(({ value }) => value)].map((value) => ({
          schema,
          value,
        })),
      )
      .filter(({ value }) => value !== undefined);
    expect(shown.length).toBeGreaterThan(8);
    expect(shown.flatMap(({ schema, value }) => schemaFlaws(contract, schema, value))).toEqual([]);
  });
});

describe('a process whose people are nobody else’s business', () => {
  it('has no /auth: without an internal secret there is nobody to ask', async () => {
    const server = await startOne();
    const answers = [
      await call(server, '/auth', { method: 'POST', headers: { Authorization: 'Bearer undefined' } }),
      await call(server, '/auth/users/x', { headers: { Authorization: 'Bearer undefined' } }),
    ];
    await server.close();
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  });
});
