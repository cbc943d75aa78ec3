import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Home, aHome, endProcesses, startProcess } from '../../support/process.js';

/** Writes the name of each of these packages to standard error when it loads. */
const REPORT = `
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, nextLoad) {
    const [, name] = /node_modules\\/(@redis\\/client|undici|yaml|@node-rs\\/bcrypt)\\//.exec(url) ?? [];
    if (name) process.stderr.write('loads ' + name + ';');
    return nextLoad(url, context);
  },
});`;
const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(REPORT)}`;

describe('packages that only some processes need', () => {
  let home: Home;

  beforeEach(() => {
    home = aHome();
  });

  afterEach(async () => {
    await endProcesses();
    home.remove();
  });

  async function loadedWith(environment: Record<string, string>): Promise<Set<string>> {
    const server = await startProcess({ home, environment: { NODE_OPTIONS, ...environment } });
    await server.listening();
    return new Set([...server.stderr.matchAll(/loads ([^;]+);/g)].map(([, name]) => name!));
  }

  it('are not loaded by the default process', async () => {
    expect(await loadedWith({})).toEqual(new Set());
  });

  it('are loaded by a gateway with a routes file and a Redis', async () => {
    const file = join(home.folder, 'routes.yaml');
    writeFileSync(file, 'routes: [{ id: orders, path: /api/orders/**, upstream: "http://127.0.0.1:9" }]');
    const loaded = await loadedWith({
      ROLES: 'identity,oauth,api,gateway',
      ROUTES_FILE: file,
      REDIS_URL: 'redis://127.0.0.1:9',
    });
    expect(loaded).toEqual(new Set(['@redis/client', 'undici', 'yaml']));
  });
});
