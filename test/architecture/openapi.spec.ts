import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayTopology, startTopology } from '../support/gateway-topology.js';
import { call } from '../support/http.js';
import { accessOf, mistakesIn, operationsOf } from '../support/openapi-document.js';
import { type TestServer, startOne } from '../support/server.js';

const ROOT = resolve(import.meta.dirname, '../..');

let alone: TestServer;
let topology: GatewayTopology;

beforeAll(async () => {
  alone = await startOne();
});

beforeAll(async () => {
  topology = await startTopology();
});

afterAll(async () => {
  await alone?.close();
  await topology?.close();
});

const documentOf = async (server: TestServer): Promise<OpenAPIObject> =>
  (await call(server, '/docs-json')).json;

/** Where the document of a process leads that is behind a gateway; one that issues tokens leads to itself. */
const gatewayOf = ({ config }: TestServer): string => (config.roles.oauth ? '' : config.server.issuer);

/** Every process that the roles are divided among, with the fewest operations that its document has. */
const PROCESSES: { roles: string; operations: number; of: () => TestServer }[] = [
  { roles: 'identity,oauth,api', operations: 25, of: () => alone },
  { roles: 'gateway,oauth', operations: 27, of: () => topology.gateway },
  { roles: 'identity', operations: 8, of: () => topology.identity },
  { roles: 'api', operations: 8, of: () => topology.api },
];

describe.each(PROCESSES)('the OpenAPI document of $roles', ({ operations, of }) => {
  let server: TestServer;
  let document: OpenAPIObject;

  beforeAll(async () => {
    server = of();
    document = await documentOf(server);
  });

  it('has nothing wrong with it', () => {
    expect(operationsOf(document).length).toBeGreaterThanOrEqual(operations);
    expect(mistakesIn(document, gatewayOf(server))).toEqual([]);
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
  });

  it('names no host but the gateway’s, so that it is right wherever it is served', () => {
    expect(document.servers!.map(({ url }) => url)).toEqual([gatewayOf(server) || '/']);
  });

  it('says of every operation who may call it', async () => {
    for (const operation of operationsOf(document)) {
      const { status, headers } = await call(server, operation.path, {
        method: operation.method.toUpperCase(),
      });
      const challenge = headers.get('WWW-Authenticate');
      const asked = status === 401 ? (challenge!.startsWith('Bearer') ? 'bearer' : 'client') : 'public';
      const said = accessOf(operation);
      // Without a form, a client is not even asked for. The internal secret is a bearer token.
      const expected = said === 'client' ? { status: 400 } : { asked: said === 'internal' ? 'bearer' : said };
      expect({ operation: operation.id, status, asked }).toMatchObject(expected);
    }
  });
});

describe('the document of the gateway', () => {
  it('shows all that the other processes are forwarded', async () => {
    const whole = operationsOf(await documentOf(topology.gateway)).map(({ id }) => id);
    const others = [await documentOf(topology.identity), await documentOf(topology.api)];
    const forwarded = others.flatMap(operationsOf).filter(({ said }) => said.servers === undefined);
    expect(forwarded.length).toBeGreaterThan(10);
    expect(whole).toEqual(expect.arrayContaining(forwarded.map(({ id }) => id)));
  });
});

describe('the check of the document', () => {
  let document: OpenAPIObject;

  beforeAll(async () => {
    document = await documentOf(alone);
  });

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

  it('finds a document that leads past the gateway in front', () => {
    const { issuer } = topology.gateway.config.server;
    expect(mistakesIn(document, issuer)).toEqual([
      'server: / is not the gateway',
      `oauth2: /token is not ${issuer}/token`,
      `oauth2: /token is not ${issuer}/token`,
    ]);
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
