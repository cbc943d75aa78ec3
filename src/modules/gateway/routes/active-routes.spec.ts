import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { anAuthority } from '../../../../test/support/certificates.js';
import { MovableClock } from '../../../../test/support/clock.js';
import { AUDIENCE, ISSUER, RoutesFolder } from '../../../../test/support/routes-folder.js';
import type { GatewayConfig, ServerConfig } from '../../../config/config.js';
import { ActiveRoutes } from './active-routes.js';
import { RoutesError } from './file/routes-error.js';
import type { RouteTable } from './route-table.js';

/** Longer than the watcher waits for a directory to be quiet. Milliseconds. */
const SETTLED = 600;

interface LogLine {
  level: 'info' | 'warn' | 'error';
  fields: Record<string, unknown>;
  message: string;
}

let folder: RoutesFolder;
let lines: LogLine[];
let running: ActiveRoutes[];
let clock: MovableClock;

beforeEach(() => {
  folder = new RoutesFolder();
  lines = [];
  running = [];
  clock = new MovableClock();
});

afterEach(() => {
  for (const routes of running) routes.onApplicationShutdown();
  folder.remove();
});

const fileOf = (...ids: string[]) =>
  `routes:\n${ids.map((id) => `- { id: ${id}, path: /${id}/**, upstream: "http://${id}" }\n`).join('')}`;

function routesOf(config: Partial<GatewayConfig> = { routesFile: folder.file }): ActiveRoutes {
  const gateway: GatewayConfig = {
    routesFile: undefined,
    apiUrl: undefined,
    identityUrl: undefined,
    identityTls: { ca: undefined, clientCertificate: undefined, clientKey: undefined },
    audience: AUDIENCE,
    identityAudience: `${ISSUER}/identity`,
    forwardAuthProxies: [],
    ...config,
  };
  const log = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message });
  const logger = { info: log('info'), warn: log('warn'), error: log('error') };
  const routes = new ActiveRoutes(gateway, { issuer: ISSUER } as ServerConfig, clock, logger);
  running.push(routes);
  return routes;
}

/** The table of a file, loaded. */
function loaded(text: string): ActiveRoutes {
  folder.write(text);
  const routes = routesOf();
  routes.load();
  return routes;
}

const idsOf = (routes: ActiveRoutes) => routes.current.routes.map(({ id }) => id).toSorted();

describe('the table in force', () => {
  it('is warned about when different upstreams accept the same assertions', () => {
    loaded(fileOf('a', 'b'));
    expect(lines).toContainEqual({
      level: 'warn',
      fields: { routes: ['a', 'b'] },
      message: expect.stringContaining('share an audience'),
    });
    lines.length = 0;
    loaded(fileOf('a'));
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('is that of the file', () => {
    const routes = loaded(fileOf('a', 'b'));
    expect(idsOf(routes)).toEqual(['a', 'b']);
    expect(routes.isFromFile).toBe(true);
  });

  it('is that of the configuration without one', () => {
    const routes = routesOf({ apiUrl: 'http://api', identityUrl: 'http://people' });
    routes.load();
    expect(idsOf(routes)).toEqual(['api', 'password', 'users']);
    expect(routes.isFromFile).toBe(false);
  });

  it('is not there before it is loaded', () => {
    expect(() => routesOf().current).toThrow('not loaded');
    expect(() => routesOf().since).toThrow('not loaded');
  });

  it('is not taken up with a mistake, nor are changes looked out for then', () => {
    const before = process.listenerCount('SIGHUP');
    folder.write(fileOf('a', 'a'));
    expect(() => routesOf().load()).toThrow(RoutesError);
    rmSync(folder.file);
    expect(() => routesOf().load()).toThrow(/ENOENT/);
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });

  it('names no path of this process, whether it comes from a file or not', () => {
    folder.write(fileOf('docs'));
    expect(() => routesOf().load([{ path: '/docs' }])).toThrow(RoutesError);
    const routes = routesOf({ apiUrl: 'http://api' });
    routes.load([{ path: '/api/resources' }]);
    expect(routes.current.explain('GET', '/api/resources').refused).toMatchObject({ status: undefined });
  });
});

describe('a reload', () => {
  it('swaps the table as a whole, and says so', () => {
    const routes = loaded(fileOf('a'));
    const [old, since] = [routes.current, routes.since];
    folder.write(fileOf('b'));
    clock.advance(60);
    expect(routes.reload('test')).toBe(true);
    expect(idsOf(routes)).toEqual(['b']);
    expect(old.routes.map(({ id }) => id)).toEqual(['a']);
    expect(routes.since.getTime() - since.getTime()).toBeGreaterThanOrEqual(60_000);
    expect(lines).toEqual([
      { level: 'info', fields: { reason: 'test', routes: 1 }, message: 'routes reloaded' },
    ]);
  });

  it('keeps the old table with any mistake, and logs each one', () => {
    const routes = loaded(fileOf('a'));
    const [old, since] = [routes.current, routes.since];
    folder.write(`${fileOf('b', 'b')}- { id: c, path: /c, upstream: "http://c", colour: c4n4ry }\n`);
    expect(routes.reload('test')).toBe(false);
    expect(routes.current).toBe(old);
    expect(routes.since).toBe(since);
    expect(
      lines.map(({ level, fields }) => [level, fields['line'], fields['pointer'], fields['mistake']]),
    ).toEqual([
      ['error', 3, '/routes/1/id', 'is the id of another route'],
      ['error', 3, '/routes/1/path', expect.stringContaining('route b')],
      ['error', 4, '/routes/2/colour', 'is not a member'],
    ]);
    expect(JSON.stringify(lines)).not.toContain('c4n4ry');
  });

  it('keeps the old table while the file is away', () => {
    const routes = loaded(fileOf('a'));
    rmSync(folder.file);
    expect(routes.reload('test')).toBe(false);
    expect(idsOf(routes)).toEqual(['a']);
    expect(lines).toMatchObject([{ level: 'error', fields: { mistake: 'cannot be read (ENOENT)' } }]);
  });

  it('holds the routes against the paths of this process again', () => {
    folder.write(fileOf('a'));
    const routes = routesOf();
    routes.load([{ path: '/docs' }]);
    folder.write(fileOf('docs'));
    expect(routes.reload('test')).toBe(false);
  });

  it('is told to who asked for it, after the swap, and to nobody who has left', () => {
    const routes = loaded(fileOf('a'));
    const told: RouteTable[] = [];
    const left = vi.fn<() => void>();
    routes.onSwap(() => {
      throw new Error('a listener of another kind');
    });
    routes.onSwap((table) => void told.push(table));
    routes.onSwap(left)();
    folder.write('routes: []');
    routes.reload('test');
    expect(told).toEqual([]);
    folder.write(fileOf('b'));
    expect(routes.reload('test')).toBe(true);
    expect(told).toEqual([routes.current]);
    expect(left).not.toHaveBeenCalled();
    expect(lines.at(-1)).toMatchObject({ level: 'error', message: 'a listener to new routes failed' });
  });
});

describe('a change of the file', () => {
  it('is taken up when it is written', async () => {
    const routes = loaded(fileOf('a'));
    folder.write(fileOf('b'));
    await vi.waitFor(() => expect(idsOf(routes)).toEqual(['b']), 3_000);
    folder.write(fileOf('c'));
    await vi.waitFor(() => expect(idsOf(routes)).toEqual(['c']), 3_000);
    expect(lines.map(({ fields }) => fields['reason'])).toEqual(['file change', 'file change']);
  });

  it('is taken up when an editor puts another file in its place', async () => {
    const routes = loaded(fileOf('a'));
    for (const id of ['b', 'c']) {
      renameSync(folder.write(fileOf(id), '.routes.yaml.swp'), folder.file);
      await vi.waitFor(() => expect(idsOf(routes)).toEqual([id]), 3_000);
    }
  });

  it('is taken up when the file was away for a while', async () => {
    const routes = loaded(fileOf('a'));
    rmSync(folder.file);
    await vi.waitFor(
      () => expect(lines).toMatchObject([{ fields: { mistake: 'cannot be read (ENOENT)' } }]),
      3_000,
    );
    expect(idsOf(routes)).toEqual(['a']);
    folder.write(fileOf('b'));
    await vi.waitFor(() => expect(idsOf(routes)).toEqual(['b']), 3_000);
  });

  it('is taken up when Kubernetes moves the link to a new ConfigMap', async () => {
    const linkTo = (version: string) => {
      symlinkSync(version, join(folder.path, '..data_tmp'));
      renameSync(join(folder.path, '..data_tmp'), join(folder.path, '..data'));
    };
    folder.write(fileOf('a'), '..1/routes.yaml');
    linkTo('..1');
    symlinkSync('..data/routes.yaml', folder.file);
    const routes = routesOf();
    routes.load();
    for (const [version, id] of [
      ['..2', 'b'],
      ['..3', 'c'],
    ] as const) {
      folder.write(fileOf(id), `${version}/routes.yaml`);
      linkTo(version);
      await vi.waitFor(() => expect(idsOf(routes)).toEqual([id]), 3_000);
    }
  });

  it('is taken up when it is one of a certificate in another folder', async () => {
    folder.write(anAuthority().certificate, 'tls/ca.pem');
    const text =
      'routes: [{ id: a, path: /a, upstream: { targets: ["https://a"], tls: { ca_file: tls/ca.pem } } }]';
    const routes = loaded(text);
    const next = anAuthority().certificate;
    folder.write(next, 'tls/ca.pem');
    await vi.waitFor(() => expect(routes.current.routes[0]!.upstream.tls?.ca).toBe(next), 3_000);
  });

  it('is told once when it is bad, and taken up when it is mended', async () => {
    const routes = loaded(fileOf('a'));
    folder.write('routes: []');
    await vi.waitFor(() => expect(lines).toHaveLength(1), 3_000);
    folder.write('something else', 'other.txt');
    await pause(SETTLED);
    expect(lines).toMatchObject([{ level: 'error', fields: { mistake: 'must not be empty' } }]);
    folder.write(fileOf('b'));
    await vi.waitFor(() => expect(idsOf(routes)).toEqual(['b']), 3_000);
  });

  it('is one of the contents: what else happens in the folder is nothing', async () => {
    const routes = loaded(fileOf('a'));
    const table = routes.current;
    folder.write(fileOf('a'));
    folder.write(fileOf('b'), 'other.yaml');
    await pause(SETTLED);
    expect(routes.current).toBe(table);
    expect(lines).toEqual([]);
  });

  it('is waited for until it is whole', async () => {
    const routes = loaded(fileOf('a'));
    for (const part of ['', 'routes:\n', 'routes:\n- {', fileOf('b')]) {
      folder.write(part);
      await pause(20);
    }
    await vi.waitFor(() => expect(idsOf(routes)).toEqual(['b']), 3_000);
    expect(lines.map(({ level }) => level)).toEqual(['info']);
  });
});

describe('SIGHUP', () => {
  it('reads the file again', async () => {
    const routes = loaded(fileOf('a'));
    process.kill(process.pid, 'SIGHUP');
    await vi.waitFor(() => expect(lines).toMatchObject([{ fields: { reason: 'SIGHUP' } }]), 3_000);
    expect(idsOf(routes)).toEqual(['a']);
  });

  it('is left as it was where there is no file', () => {
    const before = process.listenerCount('SIGHUP');
    routesOf({ apiUrl: 'http://api' }).load();
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });
});

describe('the end of the process', () => {
  it('ends the listening and the watching', async () => {
    const before = process.listenerCount('SIGHUP');
    const routes = loaded(fileOf('a'));
    expect(process.listenerCount('SIGHUP')).toBe(before + 1);
    folder.write(fileOf('b'));
    routes.onApplicationShutdown();
    expect(process.listenerCount('SIGHUP')).toBe(before);
    await pause(SETTLED);
    expect(idsOf(routes)).toEqual(['a']);
  });

  it('is not held up by the watching', () => {
    const held = () => process.getActiveResourcesInfo().filter((kind) => /FSEvent|Timeout/.test(kind)).length;
    const before = held();
    loaded(fileOf('a'));
    expect(held()).toBe(before);
  });
});
