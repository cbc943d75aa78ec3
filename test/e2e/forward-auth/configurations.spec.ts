import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { HEADER_PRESETS, presetHeaders } from '../../../src/modules/gateway/identity/header-presets.js';
import { aCaller } from '../../support/limits.js';
import { withWebSockets } from './websocket-lines.js';

const FILES = {
  nginx: 'nginx.conf',
  caddy: 'Caddyfile',
  haproxy: 'haproxy.cfg',
  traefik: 'traefik.dynamic.yaml',
  envoy: 'envoy.yaml',
} as const;

/** Every name that an identity mode of a route uses. */
const IDENTITY_HEADERS = [
  'X-Identity',
  ...HEADER_PRESETS.flatMap((preset) =>
    Object.keys(
      presetHeaders(
        preset,
        aCaller({ preferred_username: 'a', name: 'a', email: 'a', roles: ['a'] }).claims!,
      ),
    ),
  ),
];

/** What applications take for another method, path or host than that of the request line. */
const OVERRIDE_HEADERS = [
  ...['X-HTTP-Method', 'X-HTTP-Method-Override', 'X-Method-Override', 'X-HTTP-Path-Override'],
  ...['X-HTTP-DestinationURL', 'X-HTTP-Host-Override', 'X-Original-URL', 'X-Original-URI', 'X-Original-Host'],
  ...['X-Rewrite-URL', 'X-Override-URL', 'X-Middleware-Subrequest', 'X-Forwarded-Prefix', 'X-Forwarded-Uri'],
  ...['X-Host', 'Destination', 'Proxy'],
];

function textOf(file: string): string {
  return readFileSync(resolve('deploy', file), 'utf8').toLowerCase();
}

/** A header by its name, or by the beginning of it as Caddy and HAProxy write that. */
function names(text: string, header: string): boolean {
  const parts = header.toLowerCase().split('-');
  const beginnings = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('-'));
  return (
    new RegExp(`[ -]${header.toLowerCase()}(["' :*]|$)`, 'm').test(text) ||
    beginnings.some((beginning) => text.includes(`-${beginning}-*`) || text.includes(` ${beginning}- -m beg`))
  );
}

describe.each(Object.entries(FILES))('the configuration of %s in deploy/', (proxy, file) => {
  it('asks at the path that is this proxy’s, and at no other', () => {
    const text = textOf(file) + (proxy === 'haproxy' ? textOf('haproxy.lua') : '');
    const asked = [...text.matchAll(/\/forward-auth\/([a-z]+)/g)].map(([, dialect]) => dialect);
    expect(new Set(asked)).toEqual(new Set([proxy]));
  });

  it('removes every identity header of a client', () => {
    expect(IDENTITY_HEADERS.length).toBeGreaterThan(12);
    expect(IDENTITY_HEADERS.filter((header) => !names(textOf(file), header))).toEqual([]);
    expect(names(textOf(file), 'X-Something-Else')).toBe(false);
  });

  it('removes what asks the application for another request than the one that was decided about', () => {
    expect(OVERRIDE_HEADERS.filter((header) => !names(textOf(file), header))).toEqual([]);
    expect(names(textOf(file), 'X-Harmless-Override')).toBe(false);
  });
});

describe('the configurations that are not run', () => {
  it('clear, ask and only then forward (Traefik)', () => {
    const { routers, middlewares } = parse(readFileSync(resolve('deploy', FILES.traefik), 'utf8')).http;
    expect(routers.application.middlewares).toEqual([
      'no-upgrade',
      'clear-identity',
      'ask-grantway',
      'keep-token',
    ]);
    for (const name of routers.application.middlewares) expect(middlewares).toHaveProperty(name);
    expect(middlewares['ask-grantway'].forwardAuth.trustForwardHeader).toBe(false);
    expect(Object.values(middlewares['clear-identity'].headers.customRequestHeaders)).toEqual(
      Array(Object.keys(middlewares['clear-identity'].headers.customRequestHeaders).length).fill(''),
    );
    expect(routers.grantway.middlewares).toEqual(['no-upgrade']);
  });

  it('remove each header in the spelling of CGI, WSGI and Rack too (Traefik)', () => {
    const { middlewares } = parse(readFileSync(resolve('deploy', FILES.traefik), 'utf8')).http;
    const removed = Object.keys(middlewares['clear-identity'].headers.customRequestHeaders);
    const asCgi = [...IDENTITY_HEADERS, ...OVERRIDE_HEADERS].map((header) => header.replaceAll('-', '_'));
    expect(asCgi.filter((spelling) => !removed.includes(spelling))).toEqual([]);
    expect(removed.filter((header) => !removed.includes(header.replaceAll('-', '_')))).toEqual([]);
  });

  it('refuse every spelling of CGI, WSGI and Rack (Envoy)', () => {
    const { listeners } = parse(readFileSync(resolve('deploy', FILES.envoy), 'utf8')).static_resources;
    const { common_http_protocol_options } = listeners[0].filter_chains[0].filters[0].typed_config;
    expect(common_http_protocol_options.headers_with_underscores_action).toBe('REJECT_REQUEST');
  });

  it('let no upgrade pass, and WebSockets alone with the lines for them (Traefik)', () => {
    const text = readFileSync(resolve('deploy', FILES.traefik), 'utf8');
    const { routers, middlewares } = parse(text).http;
    const removed = middlewares['no-upgrade'].headers.customRequestHeaders;
    expect(removed).toEqual({ Upgrade: '', 'HTTP2-Settings': '', Connection: '' });
    for (const name of Object.keys(routers)) expect(routers[name].middlewares[0]).toBe('no-upgrade');
    const { websocket, ...others } = parse(withWebSockets(text)).http.routers;
    expect(others).toEqual(routers);
    expect(websocket).toEqual({
      ...routers.application,
      rule: `${routers.application.rule} && HeaderRegexp(\`Upgrade\`, \`^(?i)websocket$\`)`,
      priority: 2,
      middlewares: routers.application.middlewares.slice(1),
    });
    expect(websocket.priority).toBeLessThan(routers.grantway.priority);
  });

  it('let no upgrade pass, and WebSockets alone with the line for them (Envoy)', () => {
    const text = readFileSync(resolve('deploy', FILES.envoy), 'utf8');
    expect(upgradesOf(text)).toEqual([]);
    expect(text).not.toMatch(/allow_connect|CONNECT/);
    expect(upgradesOf(withWebSockets(text))).toEqual(['application: websocket']);
  });

  it('clear, ask and only then forward (Envoy)', () => {
    const { listeners } = parse(readFileSync(resolve('deploy', FILES.envoy), 'utf8')).static_resources;
    const manager = listeners[0].filter_chains[0].filters[0].typed_config;
    expect(manager.http_filters.map(({ name }: { name: string }) => name)).toEqual([
      'clear-identity',
      'envoy.filters.http.ext_authz',
      'keep-token',
      'envoy.filters.http.router',
    ]);
    expect(manager.http_filters[1].typed_config.failure_mode_allow).toBe(false);
    expect(manager).toMatchObject({
      normalize_path: true,
      path_with_escaped_slashes_action: 'REJECT_REQUEST',
    });
  });
});

/** What Envoy lets pass, by the manager or by a route. */
function upgradesOf(text: string): string[] {
  const manager = parse(text).static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
  const routes = manager.route_config.virtual_hosts.flatMap(({ routes: of }: { routes: unknown[] }) => of);
  const places = [{ cluster: 'all', ...manager }, ...routes.map(({ route }: { route: unknown }) => route)];
  return places.flatMap(({ cluster, upgrade_configs = [] }) =>
    upgrade_configs.map(({ upgrade_type }: { upgrade_type: string }) => `${cluster}: ${upgrade_type}`),
  );
}
