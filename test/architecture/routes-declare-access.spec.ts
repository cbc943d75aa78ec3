import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Controller, Get, Module } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { loadConfig } from '../../src/config/config.js';
import { type DeclaredAccess, Public, RequireScopes } from '../../src/modules/access/index.js';
import { createAdapter } from '../../src/platform/http/adapter.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { aDatabase } from '../support/database.js';
import { type DeclaredRoute, declaredRoutesOf } from '../support/declared-routes.js';
import { type Answer, post } from '../support/http.js';
import { answerOf, raw, rawRequest } from '../support/raw.js';
import { type Route, type TestServer, startOne } from '../support/server.js';

const ID = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';

/** Routes that are no controller's: Swagger UI, the document and what leads there, for anyone where DOCS is on. */
const DOCUMENTATION = /^\/(docs(-json)?(\/|$)|$)/;

/** As text, for fetch knows fewer methods than the router. The router takes no QUERY without a media type. */
function requestOf(method: string, url: string): string {
  if (method !== 'QUERY') return rawRequest(`${method} ${url}`);
  const fields = ['Host: as', 'Content-Type: application/json', 'Content-Length: 2'];
  return `${rawRequest(`QUERY ${url}`, fields)}{}`;
}

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

/** What answers to a method that asks for nothing but the header answers as to GET. */
const isHead = ({ method }: Route): boolean => method === 'HEAD';

/** Without a body that could be wrong, or with credentials of its own kind in it. */
const isClosed = ({ method, access }: DeclaredRoute): boolean =>
  ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method) && !['public', 'client'].includes(access!.kind);

/** What 400, 413 and 415 are for. */
const BAD_BODIES: [string, string[], string][] = [
  ['malformed JSON (400)', ['Content-Type: application/json', 'Content-Length: 1'], '{'],
  ['a body that is too large (413)', ['Content-Type: application/json', 'Content-Length: 99999999'], '{'],
  ['a media type that is not taken (415)', ['Content-Type: text/plain', 'Content-Length: 1'], 'x'],
  [
    'a coding that is not taken (415)',
    ['Content-Type: application/json', 'Content-Encoding: gzip', 'Content-Length: 1'],
    'x',
  ],
  ['a form (415)', ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 3'], 'a=1'],
];

const HEALTH = ['GET /health/live', 'GET /health/ready'];
const DISCOVERY = [
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/oauth-protected-resource',
];

interface RoleSet {
  roles: string;
  start: () => Promise<TestServer>;
  /** Every kind of access that its routes have, and at least so many routes. */
  kinds: DeclaredAccess['kind'][];
  routes: number;
  /** All routes that are for anyone. */
  open: string[];
}

const behindGateway = { INTERNAL_SECRET: 'ab'.repeat(32), GATEWAY_URL: 'http://127.0.0.1:1' };

/** Every way in which the roles are divided among processes, so that every controller is met in one of them. */
const ROLE_SETS: RoleSet[] = [
  {
    roles: 'identity,oauth,api',
    start: () => startOne(),
    kinds: ['client', 'public', 'scopes'],
    routes: 25,
    open: [...DISCOVERY, ...HEALTH],
  },
  {
    roles: 'gateway,oauth',
    start: () =>
      startOne({
        environment: {
          ...{ ROLES: 'gateway,oauth', INTERNAL_SECRET: 'ab'.repeat(32) },
          ...{ IDENTITY_URL: 'http://127.0.0.1:1', API_URL: 'http://127.0.0.1:2' },
        },
      }),
    kinds: ['client', 'forward-auth-proxy', 'public', 'scopes'],
    routes: 25,
    open: [...DISCOVERY, ...HEALTH],
  },
  {
    roles: 'identity',
    start: () => startOne({ environment: { ROLES: 'identity', ...behindGateway } }),
    kinds: ['internal', 'public', 'scopes'],
    routes: 8,
    open: HEALTH,
  },
  {
    roles: 'api',
    start: () => startOne({ environment: { ROLES: 'api', ...behindGateway } }),
    kinds: ['public', 'scopes'],
    routes: 7,
    open: HEALTH,
  },
];

const SOURCES = resolve(import.meta.dirname, '../../src');

/** Names of the controllers that were met while the routes of all the processes were walked. */
const met = new Set<string>();

describe.each(ROLE_SETS)('every route of $roles', ({ start, kinds: expectedKinds, routes, open }) => {
  let server: TestServer;
  let declared: DeclaredRoute[];

  beforeAll(async () => {
    server = await start();
    declared = declaredRoutesOf(server);
    for (const { name } of server.app.get(DiscoveryService, { strict: false }).getControllers()) {
      met.add(String(name));
    }
  });

  afterAll(() => server?.close());

  it('that the router knows is a controller’s, or the documentation’s', () => {
    const known = server.routes.filter((route) => !isHead(route) && !DOCUMENTATION.test(route.path));
    expect(known.length).toBeGreaterThanOrEqual(routes);
    const names = declared.filter((route) => !isHead(route)).map(nameOf);
    expect(known.map(nameOf).toSorted()).toEqual(names.toSorted());
  });

  it('that answers to HEAD answers to GET, and so has its access', () => {
    const heads = server.routes.filter(isHead).map(({ path }) => path);
    const gets = server.routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
    expect(heads.toSorted()).toEqual(gets.toSorted());
  });

  it('declares who may call it', () => {
    expect(declared.filter(({ access }) => access === undefined).map(nameOf)).toEqual([]);
    const kinds = Map.groupBy(declared, ({ access }) => access!.kind);
    expect([...kinds.keys()].toSorted()).toEqual(expectedKinds);
    expect(kinds.get('public')!.map(nameOf).toSorted()).toEqual(open);
  });

  it('is held to that: without credentials only public ones answer', async () => {
    for (const { method, path, access } of declared) {
      const url = path.replaceAll(/:\w+/g, ID).replace('*', 'x');
      const form = { grant_type: 'password', token: 'x' };
      const answer: Answer =
        access!.kind === 'client'
          ? await post(server, url, undefined, form)
          : answerOf(await raw(server, requestOf(method, url)));
      const [scheme] = answer.headers.get('WWW-Authenticate')?.split(' ') ?? [];
      const expected = {
        public: [200, undefined],
        client: [401, 'ClientSecret'],
        scopes: [401, 'Bearer'],
        internal: [401, 'Bearer'],
        'forward-auth-proxy': [403, undefined],
      }[access!.kind];
      expect([method, path, answer.status, scheme]).toEqual([method, path, ...expected]);
      if (access!.kind === 'scopes') expect(answer.headers.get('WWW-Authenticate')).not.toContain('error=');
    }
  });

  it.each(BAD_BODIES)('rejects a caller without access before %s', async (_, fields, body) => {
    for (const { method, path, access } of declared.filter(isClosed)) {
      const url = path.replaceAll(/:\w+/g, ID).replace('*', 'x');
      for (const authorization of [[], ['Authorization: Bearer x.y.z'], ['X-Identity: x.y.z']]) {
        const head = rawRequest(`${method} ${url}`, ['Host: as', ...authorization, ...fields]);
        const { status } = answerOf(await raw(server, head + body));
        const expected = access!.kind === 'forward-auth-proxy' ? 403 : 401;
        expect([method, path, status]).toEqual([method, path, expected]);
      }
    }
  });
});

describe('every controller', () => {
  it('has its routes walked in one of these processes', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.controller.ts'),
    );
    const written = files.flatMap((file) =>
      [...readFileSync(join(SOURCES, file), 'utf8').matchAll(/^export class (\w+Controller)\b/gm)].map(
        ([, name]) => name!,
      ),
    );
    expect(written.length).toBeGreaterThanOrEqual(13);
    expect([...met].toSorted()).toEqual(written.toSorted());
  });
});

describe('at start', () => {
  /** Starts the application with one more controller, short of listening. */
  async function startWith(controller: new () => object): Promise<void> {
    const database = await aDatabase();
    const config = loadConfig({
      ...{
        DATA_DIR: database.dataDir,
        ...(database.url === undefined ? {} : { DATABASE_URL: database.url }),
      },
      ...{ ENCRYPTION_KEY: 'ab'.repeat(32), LOG_LEVEL: 'silent' },
    });
    @Module({ imports: [AppModule.forRoot(config, createLogger('silent'))], controllers: [controller] })
    class WithOneMore {}
    const module = await Test.createTestingModule({ imports: [WithOneMore] })
      .setLogger(false as never)
      .compile();
    const app = module.createNestApplication(createAdapter(config), { bodyParser: false });
    try {
      await app.init();
    } finally {
      await app.close();
      await database.drop();
    }
  }

  it('a route that declares nothing keeps the application from starting, which says what to do', async () => {
    @Controller('forgotten')
    class ForgottenController {
      @Get()
      read(): string {
        return 'reached';
      }
    }
    await expect(startWith(ForgottenController)).rejects.toThrow(
      /^Routes without a declared access: ForgottenController\.read\. Add @RequireScopes.* or @Public\(\)\.$/,
    );
  });

  it('a route that declares something is let be', async () => {
    @Public()
    @Controller('remembered')
    class RememberedController {
      @Get()
      read(): string {
        return 'reached';
      }
    }
    await expect(startWith(RememberedController)).resolves.toBeUndefined();
  });

  it('a route with scopes, in a module of no role, does too: behind a gateway nobody could call it', async () => {
    @RequireScopes('orders:read')
    @Controller('stray')
    class StrayController {
      @Get()
      read(): string {
        return 'reached';
      }
    }
    await expect(startWith(StrayController)).rejects.toThrow(
      /^Routes of no role.*: StrayController\.read\. List the module.* in src\/app\.module\.ts\.$/,
    );
  });
});
