import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROUTES_SCHEMA } from '../../src/modules/gateway/routes/file/routes-schema.js';
import { schemaMistakesIn } from '../../src/modules/gateway/routes/file/schema-mistakes.js';
import { RouteTable } from '../../src/modules/gateway/routes/route-table.js';
import { anAuthority } from '../support/certificates.js';
import { RoutesFolder } from '../support/routes-folder.js';

const DOCS = resolve(import.meta.dirname, '../../docs');
const PUBLISHED = join(DOCS, 'routes.schema.json');
const EXAMPLE = readFileSync(join(DOCS, 'routes.example.yaml'), 'utf8');

let folder: RoutesFolder;

beforeEach(() => {
  folder = new RoutesFolder();
});
afterEach(() => folder.remove());

/** The table of a file as the gateway reads it, with the PEM files that the example names. */
function tableOf(text: string): RouteTable {
  const authority = anAuthority();
  const { certificate, key } = authority.issue({ name: 'gateway' });
  folder.write(authority.certificate, 'tls/ca.pem');
  folder.write(certificate, 'tls/gateway.pem');
  folder.write(key, 'tls/gateway.key');
  folder.write('secret', 'secrets/report-key');
  return new RouteTable(folder.read(text));
}

describe('docs/routes.schema.json', () => {
  // `npx vitest run test/architecture/routes-schema.spec.ts -u` writes it anew.
  it('is the schema that the gateway reads its routes with', async () => {
    const options = { ...(await resolveConfig(PUBLISHED)), parser: 'json' };
    await expect(await format(JSON.stringify(ROUTES_SCHEMA), options)).toMatchFileSnapshot(PUBLISHED);
  });

  it('describes every member, so that an editor can', () => {
    const bare = membersOf(ROUTES_SCHEMA).filter(
      ({ schema }) => !['description', 'title', 'enum', 'const'].some((word) => word in schema),
    );
    expect(membersOf(ROUTES_SCHEMA).length).toBeGreaterThan(40);
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  it('lets nothing through that it does not name', () => {
    const open = objectsOf(ROUTES_SCHEMA).filter(
      (schema) => !('additionalProperties' in schema) && !('then' in schema && 'if' in schema),
    );
    expect(open.map((schema) => Object.keys(schema.properties))).toEqual([
      // The condition of a public route and what follows from it.
      ['public'],
      ['scopes', 'audience', 'identity'],
    ]);
  });
});

describe('docs/routes.example.yaml', () => {
  it('names the schema in its first line, where editors look', () => {
    expect(EXAMPLE.split('\n')[0]).toBe('# yaml-language-server: $schema=routes.schema.json');
  });

  it('is a table that works', () => {
    const table = tableOf(EXAMPLE);
    const explained = (method: string, target: string) => {
      const { forwarded, refused } = table.explain(method, target);
      return forwarded ? [forwarded.route.id, forwarded.path, forwarded.scopes.join(' ')] : refused?.status;
    };
    expect(explained('GET', '/api/catalogue')).toEqual(['catalogue', '/api/catalogue', '']);
    expect(explained('HEAD', '/api/orders/7')).toEqual(['orders', '/v2/orders/7', 'orders:read']);
    expect(explained('PUT', '/api/orders/7')).toEqual(['orders', '/v2/orders/7', 'orders:write']);
    expect(explained('PATCH', '/api/orders/7')).toBe(405);
    expect(explained('GET', '/api/orders/7/events')).toEqual([
      'order-events',
      '/api/orders/7/events',
      'orders:read',
    ]);
    expect(explained('GET', '/')).toEqual(['landing-page', '/', '']);
    expect(explained('GET', '/elsewhere')).toBe(404);
  });

  it('shows every member of a route', () => {
    const shown = new Set(parse(EXAMPLE).routes.flatMap((route: object) => Object.keys(route)));
    const { properties } = ROUTES_SCHEMA.properties.routes.items;
    expect(Object.keys(properties).filter((name) => !shown.has(name))).toEqual(['forward_authorization']);
  });

  it.each<[string, (routes: any[]) => void]>([
    ['a member that is not one', (routes) => (routes[0].colour = 'red')],
    ['a member that is missing', (routes) => delete routes[0].upstream],
    ['a value of another type', (routes) => (routes[0].public = 'yes')],
    ['a text in another form', (routes) => (routes[1].max_body = '1MB')],
    ['a number out of range', (routes) => (routes[1].upstream.max_in_flight = 0)],
    ['a value that is none of the choice', (routes) => (routes[3].identity = 'basic')],
    ['a list with nothing in it', (routes) => (routes[1].methods = [])],
    ['a list with something twice', (routes) => (routes[1].methods = ['GET', 'GET'])],
    ['an object with nothing in it', (routes) => (routes[1].scopes = {})],
    ['a name of another form', (routes) => (routes[1].scopes = { get: [] })],
    ['one of two that go together', (routes) => delete routes[1].upstream.tls.key_file],
    ['what excludes each other', (routes) => (routes[4].scopes = ['a'])],
    ['TLS without verification', (routes) => (routes[1].upstream.tls.verify = false)],
  ])('would be refused with %s', (_, spoil) => {
    const spoilt = parse(EXAMPLE);
    expect(schemaMistakesIn(spoilt)).toEqual([]);
    spoil(spoilt.routes);
    expect(schemaMistakesIn(spoilt)).toHaveLength(1);
  });
});

interface Member {
  name: string;
  schema: object;
}

/** Every schema with properties, wherever it is. */
function objectsOf(schema: unknown): { properties: Record<string, object> }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.values(schema).flatMap(objectsOf);
  return 'properties' in schema && typeof schema.properties === 'object'
    ? [schema as { properties: Record<string, object> }, ...inner]
    : inner;
}

function membersOf(schema: unknown): Member[] {
  return objectsOf(schema)
    .flatMap(({ properties }) => Object.entries(properties))
    .filter(([, member]) => typeof member === 'object')
    .map(([name, member]) => ({ name, schema: member }));
}
