import type { RequestListener } from 'node:http';
import { type Server, createServer } from 'node:https';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Authority, anAuthority } from '../../../../test/support/certificates.js';
import { aRouteTo, closedAfterEach } from '../../../../test/support/gateway-front.js';
import { type UpstreamServer, startUpstream } from '../../../../test/support/upstream-server.js';
import type { GatewayConfig } from '../../../config/config.js';
import type { ActiveRoutes } from '../routes/active-routes.js';
import { RouteTable } from '../routes/route-table.js';
import type { Route, Upstream } from '../routes/route.js';
import type { ApiDocument } from './api-document.js';
import { UpstreamDocuments } from './upstream-documents.js';

const AUDIENCE = 'https://api.example';
const IDENTITY_AUDIENCE = 'https://as.example/identity';

const toBeClosed = closedAfterEach();

const readA = { operationId: 'readA' };

/** With one path that routes of the tests lead to. */
const document = (said: object = {}): object => ({ paths: { '/api/a/{id}': { get: readA } }, ...said });

async function anUpstream(
  answer: object | RequestListener = document(),
  server?: Server,
): Promise<UpstreamServer> {
  const handle: RequestListener =
    typeof answer === 'function'
      ? (answer as RequestListener)
      : ({ url }, response) => {
          response.statusCode = url === '/docs-json' ? 200 : 404;
          response.end(JSON.stringify(answer));
        };
  return toBeClosed(await startUpstream(handle, server === undefined ? {} : { server }));
}

/** A route to the API of this project, unless it says otherwise. */
function aRoute(
  upstreams: UpstreamServer[],
  said: Partial<Route> = {},
  upstream: Partial<Upstream> = {},
): Route {
  return aRouteTo(upstreams, { id: '1', path: '/api/**', audience: AUDIENCE, ...said }, upstream);
}

function documentsOf(...routes: Route[]) {
  const logs: string[] = [];
  const log = (_: object, message: string): void => void logs.push(message);
  const config = { audience: AUDIENCE, identityAudience: IDENTITY_AUDIENCE } as GatewayConfig;
  const active = { current: new RouteTable(routes) };
  return {
    active,
    documents: new UpstreamDocuments(config, active as ActiveRoutes, {
      debug: log,
      info: log,
      warn: log,
      error: log,
    }),
    logs,
  };
}

/** What a gateway without paths of its own shows. */
async function shownWith(...routes: Route[]): Promise<ApiDocument> {
  return documentsOf(...routes).documents.addTo({ paths: {} });
}

describe('the document of the gateway', () => {
  it('shows what its routes lead to at the API and at the auth server', async () => {
    const api = await anUpstream();
    const people = await anUpstream(document({ paths: { '/admin/users': { post: { operationId: 'b' } } } }));
    const shown = await shownWith(
      aRoute([api]),
      aRoute([people], { id: '2', path: '/admin/users/**', audience: IDENTITY_AUDIENCE }),
    );
    expect(shown.paths).toEqual({
      '/api/a/{id}': { get: readA },
      '/admin/users': { post: { operationId: 'b' } },
    });
  });

  it.each<[string, Partial<Route>]>([
    ['is public', { public: true }],
    ['has an audience of its own', { audience: 'https://orders.example' }],
    ['tells nothing of the caller', { identity: 'none' }],
    ['tells of the caller in another way', { identity: 'kong' }],
  ])('does not ask an upstream whose route %s', async (_, said) => {
    const upstream = await anUpstream();
    expect((await shownWith(aRoute([upstream], said))).paths).toEqual({});
    expect(upstream.asked).toBe(0);
  });

  it.each<[string, (upstream: UpstreamServer, other: UpstreamServer) => Route[]]>([
    ['a path without a route', (upstream) => [aRoute([upstream], { path: '/other/**' })]],
    ['a method that its route does not take', (upstream) => [aRoute([upstream], { methods: ['POST'] })]],
    ['a path that its route makes another of', (upstream) => [aRoute([upstream], { stripPrefix: '/api' })]],
    [
      'a path that leads to another upstream',
      (upstream, other) => [aRoute([upstream]), aRoute([other], { id: '2', path: '/api/a/**' })],
    ],
  ])('does not show %s', async (_, routes) => {
    const [upstream, other] = [await anUpstream(), await anUpstream({ paths: {} })];
    expect((await shownWith(...routes(upstream, other))).paths).toEqual({});
    expect(upstream.asked).toBe(1);
  });

  it('keeps its own where both have the path, and has each tag once', async () => {
    const other = { paths: { '/api/a/{id}': { get: readA } }, tags: [{ name: 'one' }, { name: 'two' }] };
    const own = { paths: { '/api/a/{id}': { get: { operationId: 'own' } } }, tags: [{ name: 'one' }] };
    const { documents } = documentsOf(aRoute([await anUpstream(other)]));
    const shown = await documents.addTo(own);
    expect(shown.paths).toEqual(own.paths);
    expect(shown.tags).toEqual([{ name: 'one' }, { name: 'two' }]);
  });

  it('brings the schemas along that are referred to, and no others', async () => {
    const get = { schema: { $ref: '#/components/schemas/Used' } };
    const schemas = {
      Used: { items: { $ref: '#/components/schemas/UsedByUsed' } },
      UsedByUsed: { items: { $ref: '#/components/schemas/Used' } },
      Stray: {},
    };
    const upstream = await anUpstream({ paths: { '/api/a': { get } }, components: { schemas } });
    const shown = await shownWith(aRoute([upstream]));
    expect(Object.keys(shown.components!.schemas!)).toEqual(['Used', 'UsedByUsed']);
  });

  it('asks each upstream once for all of its routes, and not again while the answer is new', async () => {
    const upstream = await anUpstream();
    const { documents } = documentsOf(aRoute([upstream]), aRoute([upstream], { id: '2', path: '/more' }));
    const own = { paths: {} };
    expect(await documents.addTo(own)).toBe(await documents.addTo(own));
    expect(upstream.asked).toBe(1);
  });

  it('takes the word of whichever target answers', async () => {
    const dead = await startUpstream(() => undefined);
    await dead.close();
    expect((await shownWith(aRoute([dead, await anUpstream()]))).paths).not.toEqual({});
  });
});

describe('an upstream is left out, and the log says so,', () => {
  it.each<[string, object | RequestListener]>([
    ['has no document', (_, response) => response.writeHead(404).end('{}')],
    ['leads elsewhere', (_, response) => response.writeHead(302, { Location: '/docs-json' }).end()],
    ['breaks off', (_, response) => response.write('{', () => response.destroy())],
    ['says what is no JSON', (_, response) => response.end('<html>')],
    ['says what is no document', { paths: [] }],
    ['has a path that is none', { paths: { '/api/a': null } }],
    ['has schemas that are none', document({ components: { schemas: [] } })],
    ['says too much', document({ info: 'x'.repeat(2 * 2 ** 20) })],
    ['does not answer', () => undefined],
  ])('that %s', async (_, answer) => {
    const { documents, logs } = documentsOf(aRoute([await anUpstream(answer)]));
    const begun = performance.now();
    expect(await documents.addTo({ paths: {} })).toMatchObject({ paths: {} });
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(logs).toEqual(['the OpenAPI document of an upstream cannot be shown']);
  });
});

it('are asked again when the table of routes has changed', async () => {
  const { documents, active } = documentsOf(aRoute([await anUpstream()]));
  const own = { paths: {} };
  expect((await documents.addTo(own)).paths).not.toEqual({});
  active.current = new RouteTable([]);
  expect((await documents.addTo(own)).paths).toEqual({});
});

describe('over TLS', () => {
  const HERE = { name: 'issued', alternatives: ['DNS:api.internal'] };
  let authority: Authority;

  beforeAll(() => {
    authority = anAuthority();
  });

  /** That lets nobody in who shows no certificate of the authority. */
  async function aTlsUpstream(): Promise<UpstreamServer> {
    const { certificate: cert, key } = authority.issue(HERE);
    const ca = authority.certificate;
    return anUpstream(
      document(),
      createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }),
    );
  }

  it('an upstream is asked as its route says: by authority, certificate and name', async () => {
    const { certificate, key } = authority.issue({ name: 'gateway' });
    const tls = { ca: authority.certificate, certificate, key, serverName: 'api.internal' };
    expect((await shownWith(aRoute([await aTlsUpstream()], {}, { tls }))).paths).not.toEqual({});
  });

  it.each<[string, (own: { ca: string; certificate: string; key: string }) => Upstream['tls']]>([
    ['authority', ({ certificate, key }) => ({ certificate, key, serverName: 'api.internal' })],
    ['certificate', ({ ca }) => ({ ca, serverName: 'api.internal' })],
    ['name', (own) => own],
  ])('an upstream is left out without the right %s', async (_, tlsOf) => {
    const own = { ca: authority.certificate, ...authority.issue({ name: 'gateway' }) };
    const upstream = await aTlsUpstream();
    expect((await shownWith(aRoute([upstream], {}, { tls: tlsOf(own) }))).paths).toEqual({});
    expect(upstream.asked).toBe(0);
  });
});
