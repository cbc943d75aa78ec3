import { Controller, Get, Module, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { loadConfig } from '../../src/config/config.js';
import { type DeclaredAccess, Public, declaredAccessOf } from '../../src/modules/access/index.js';
import { createAdapter } from '../../src/platform/http/adapter.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { type Answer, call, post } from '../support/http.js';
import { type Route, type TestServer, startServer } from '../support/server.js';

const ID = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';

/** Routes that are no controller's: Swagger UI, the document and what leads there, for anyone where DOCS is on. */
const DOCUMENTATION = /^\/(docs(-json)?(\/|$)|$)/;

type DeclaredRoute = Route & { access: DeclaredAccess | undefined };

/** The routes of all controllers, with what they declare. */
function declaredRoutesOf(server: TestServer): DeclaredRoute[] {
  const scanner = new MetadataScanner();
  return server.app
    .get(DiscoveryService, { strict: false })
    .getControllers()
    .flatMap(({ metatype: controller }) => {
      if (typeof controller !== 'function') return [];
      const prototype = controller.prototype as Record<string, Function>;
      const names = scanner.getAllMethodNames(prototype);
      const handlers = names
        .map((name) => prototype[name]!)
        .filter((handler) => Reflect.hasMetadata('path', handler));
      return handlers.map((handler) => ({
        method: RequestMethod[Reflect.getMetadata('method', handler) as number]!,
        path: `/${Reflect.getMetadata('path', controller)}/${Reflect.getMetadata('path', handler)}`
          .replaceAll(/\/+/g, '/')
          .replace(/\/$/, ''),
        access: declaredAccessOf(controller, handler),
      }));
    });
}

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

describe('every route', () => {
  let server: TestServer;
  let declared: DeclaredRoute[];

  beforeAll(async () => {
    server = await startServer();
    declared = declaredRoutesOf(server);
  });

  afterAll(() => server.close());

  it('that the router knows is a controller’s, or the documentation’s', () => {
    const known = server.routes.filter(({ method, path }) => method !== 'HEAD' && !DOCUMENTATION.test(path));
    expect(known.length).toBeGreaterThan(25);
    expect(known.map(nameOf).toSorted()).toEqual(declared.map(nameOf).toSorted());
  });

  it('that answers to HEAD answers to GET, and so has its access', () => {
    const heads = server.routes.filter(({ method }) => method === 'HEAD').map(({ path }) => path);
    const gets = server.routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
    expect(heads.toSorted()).toEqual(gets.toSorted());
  });

  it('declares who may call it', () => {
    expect(declared.filter(({ access }) => access === undefined).map(nameOf)).toEqual([]);
    const kinds = Map.groupBy(declared, ({ access }) => access!.kind);
    expect([...kinds.keys()].toSorted()).toEqual(['client', 'public', 'scopes']);
    expect(kinds.get('public')!.map(nameOf).toSorted()).toEqual([
      'GET /.well-known/jwks.json',
      'GET /.well-known/oauth-authorization-server',
      'GET /.well-known/oauth-protected-resource',
      'GET /health/live',
      'GET /health/ready',
    ]);
  });

  it('is held to that: without credentials only public ones answer', async () => {
    for (const { method, path, access } of declared) {
      const url = path.replaceAll(/:\w+/g, ID);
      const form = { grant_type: 'password', token: 'x' };
      const answer: Answer =
        access!.kind === 'client'
          ? await post(server, url, undefined, form)
          : await call(server, url, { method });
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
});

describe('a route that declares nothing', () => {
  const config = loadConfig({ DATA_DIR: 'memory://', ENCRYPTION_KEY: 'ab'.repeat(32), LOG_LEVEL: 'silent' });

  /** Starts the application with one more controller, short of listening. */
  async function startWith(controller: new () => object): Promise<void> {
    @Module({ imports: [AppModule.forRoot(config, createLogger('silent'))], controllers: [controller] })
    class WithOneMore {}
    const module = await Test.createTestingModule({ imports: [WithOneMore] })
      .setLogger(false as never)
      .compile();
    const app = module.createNestApplication(createAdapter(config.server), { bodyParser: false });
    try {
      await app.init();
    } finally {
      await app.close();
    }
  }

  it('keeps the application from starting, which says what to do', async () => {
    @Controller('forgotten')
    class ForgottenController {
      @Get()
      read(): string {
        return 'reached';
      }
    }
    await expect(startWith(ForgottenController)).rejects.toThrow(
      /^Routes without a declared access: ForgottenController\.read\. Add @RequireScopes/,
    );
  });

  it('is told from one that declares something', async () => {
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
});
