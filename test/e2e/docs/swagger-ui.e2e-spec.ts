import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../support/http.js';
import { raw } from '../../support/raw.js';
import { FIRST_CLIENT, type TestServer, startServer } from '../../support/server.js';

const FIRST_PASSWORD = 'a password that no example shows';

describe('Swagger UI', () => {
  let server: TestServer;
  let files: string[];

  beforeAll(async () => {
    server = await startServer({ BOOTSTRAP_PASSWORD: FIRST_PASSWORD });
    const { text } = await call(server, '/docs');
    files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
  });

  afterAll(() => server?.close());

  it('is one page at /docs and /docs/, which is asked for anew each time', async () => {
    const page = await call(server, '/docs');
    expect(page.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('Cache-Control')).toBe('no-cache');
    expect((await call(server, '/docs/')).text).toBe(page.text);
    expect((await call(server, '/docs', { method: 'HEAD' })).status).toBe(200);
    expect((await call(server, '/docs', { method: 'POST' })).status).toBe(405);
  });

  it('is where / leads, which is nothing else', async () => {
    const home = await call(server, '/');
    expect([home.status, home.headers.get('Location'), home.text]).toEqual([302, '/docs', '']);
    expect((await call(server, '/', { method: 'POST' })).status).toBe(405);
  });

  it('has no script and no style within the page', async () => {
    const { text } = await call(server, '/docs');
    expect(text).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=|javascript:/i);
  });

  it('consists of files of this origin, whose names change with their content', async () => {
    expect(files.length).toBeGreaterThan(3);
    for (const path of files) {
      const { status, headers } = await call(server, path);
      expect({ path, status }).toEqual({ path, status: 200 });
      const isVersioned = /^\/docs\/\d+\.\d+\.\d+\//.test(path);
      expect(headers.get('Cache-Control')).toBe(
        isVersioned ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    }
    expect(files.filter((path) => !path.startsWith('/docs/'))).toEqual([]);
    expect(files.filter((path) => /^\/docs\/\d/.test(path)).length).toBeGreaterThan(2);
  });

  it('serves nothing else of its package, in no spelling', async () => {
    const home = files.find((path) => path.endsWith('/swagger-ui.css'))!.replace('swagger-ui.css', '');
    for (const path of [
      home,
      `${home}package.json`,
      `${home}index.html`,
      `${home}swagger-initializer.js`,
      `${home}swagger-ui-bundle.js.map`,
      `${home}..%2fpackage.json`,
      `${home}%2e%2e/%2e%2e/@nestjs/swagger/package.json`,
      '/docs/index.html',
      '/docs-yaml',
    ]) {
      const answer = await raw(server, `GET ${path} HTTP/1.1\r\nHost: as\r\nConnection: close\r\n\r\n`);
      expect({ path, status: answer.slice(9, 12) }).toEqual({
        path,
        status: expect.stringMatching(/^40[04]$/),
      });
    }
  });

  it('says nothing of how this server is set up, nor of who asks', async () => {
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: as.example\r\nConnection: close\r\n\r\n`;
    for (const path of ['/docs', '/docs-json', '/docs/start.js']) {
      const answer = await raw(server, request(path));
      const { issuer } = server.config.tokens;
      for (const secret of [issuer, FIRST_CLIENT.id, FIRST_CLIENT.secret, FIRST_PASSWORD, 'as.example']) {
        expect(answer).not.toContain(secret);
      }
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    }
  });
});

describe('DOCS=off', () => {
  it('leaves nothing of Swagger UI and of the document, and everything else', async () => {
    const server = await startServer({ DOCS: 'off' });
    try {
      for (const path of ['/', '/docs', '/docs/', '/docs-json', '/docs/start.js']) {
        const { status, json } = await call(server, path);
        expect({ path, status, detail: json.detail }).toEqual({
          path,
          status: 404,
          detail: 'There is nothing at this path.',
        });
      }
      expect((await call(server, '/health/live')).status).toBe(200);
    } finally {
      await server.close();
    }
  });
});
