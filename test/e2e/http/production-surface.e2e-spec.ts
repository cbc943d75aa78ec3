import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../support/http.js';
import { type TestServer, startServer } from '../../support/server.js';

describe('what a production server shows to strangers', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({ NODE_ENV: 'production', ISSUER: 'https://as.example' });
  });

  afterAll(() => server.close());

  it.each([
    '/docs',
    '/docs/',
    '/docs-json',
    '/docs-yaml',
    '/docs/start.js',
    '/swagger',
    '/openapi.json',
    '/metrics',
    '/debug',
    '/debug/pprof',
    '/.env',
    '/.git/config',
    '/package.json',
    '/encryption.key',
    '/',
    '/authorize',
    '/register',
    '/device',
  ])('is nothing at %s', async (path) => {
    expect(await call(server, path)).toMatchObject({ status: 404, json: { status: 404 } });
  });

  it('is of its health no more than one word', async () => {
    for (const path of ['/health/live', '/health/live?full', '/health/ready', '/health/ready?full=1']) {
      expect(await call(server, path)).toMatchObject({ status: 200, text: '{"status":"up"}' });
    }
    expect((await call(server, '/health?full')).status).toBe(404);
  });

  it('is its metadata and its public keys', async () => {
    expect((await call(server, '/.well-known/oauth-authorization-server')).json.issuer).toBe(
      'https://as.example',
    );
    expect((await call(server, '/.well-known/jwks.json')).json.keys).toHaveLength(2);
  });

  it('is the documentation only where that is switched on', async () => {
    const open = await startServer({ NODE_ENV: 'production', ISSUER: 'https://as.example', DOCS: 'on' });
    expect((await call(open, '/docs')).status).toBe(200);
    await open.close();
  });
});
