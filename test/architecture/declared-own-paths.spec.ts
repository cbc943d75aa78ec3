import { afterEach, describe, expect, it } from 'vitest';
import { declaredOwnPaths } from '../../src/app.own-paths.js';
import { loadRoutesCheckConfig } from '../../src/config/routes-check.js';
import { RoutesFolder } from '../support/routes-folder.js';
import { type TestServer, startOne } from '../support/server.js';

const SECRET = 'ab'.repeat(32);

/** Processes with a gateway, whose routes must not name their own paths. */
const PROCESSES: Record<string, string>[] = [
  { ROLES: 'gateway,oauth', IDENTITY_URL: 'http://127.0.0.1:9', INTERNAL_SECRET: SECRET },
  { ROLES: 'gateway,oauth,identity,api', INTERNAL_SECRET: SECRET, DOCS: 'off' },
];

const folder = new RoutesFolder();
let server: TestServer | undefined;

afterEach(async () => {
  await server?.close();
  folder.remove();
});

describe('the own paths by which npm run routes:check judges a routes file', () => {
  it.each(PROCESSES)('are those that a process with the same environment serves: %o', async (environment) => {
    const file = folder.write('routes: [{ id: x, path: /x, public: true, upstream: "http://127.0.0.1:9" }]');
    server = await startOne({ environment: { ...environment, ROUTES_FILE: file } });
    const declared = declaredOwnPaths(loadRoutesCheckConfig(environment, file)).all();
    const patterns = declared.map(({ pattern }) => pattern);
    expect(patterns.length).toBeGreaterThan(10);
    expect(new Set(patterns)).toEqual(new Set(server.routes.map(({ path }) => path)));
  });
});
