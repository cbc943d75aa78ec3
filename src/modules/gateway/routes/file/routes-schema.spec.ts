import { describe, expect, it } from 'vitest';
import { type RouteEntry, routeOf } from './route-entry.js';
import { ROUTES_SCHEMA } from './routes-schema.js';
import { schemaMistakesIn } from './schema-mistakes.js';

interface Schema {
  default?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  /** The long form of what may be said in short. */
  else?: Schema;
}

/** What a schema says of its members that are not there, for those that have a default. */
function defaultsOf(schema: Schema): unknown {
  if ('default' in schema) return schema.default;
  const { properties = {} } = schema.else ?? schema;
  const said = Object.entries(properties)
    .map(([name, member]) => [name, defaultsOf(member)] as const)
    .filter(([, value]) => value !== undefined);
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

describe('the schema of the routes file', () => {
  const defaults = defaultsOf(ROUTES_SCHEMA.properties.routes.items as Schema);

  it('shows the defaults that there are', () => {
    expect(defaults).toEqual({
      paths: {
        encoded_slash: false,
        semicolon: false,
        double_colon: false,
        trailing_dot: false,
        encoded_delimiter: false,
      },
      public: false,
      identity: 'assertion',
      forward_authorization: false,
      forwarded_header: false,
      timeouts: { connect: '3s', headers: '30s', idle: '60s' },
      retry: 'on',
      upstream: {
        max_in_flight: 256,
        breaker: { failures: 5, open: '10s' },
        health: { interval: '10s', timeout: '2s' },
      },
      websocket: false,
    });
  });

  it('shows what a route has that does not say it', () => {
    const { upstream, ...members } = defaults as { upstream: { health: object } };
    const silent: RouteEntry = {
      id: 'a',
      path: '/a',
      upstream: { targets: ['http://a'], health: { path: '/' } },
    };
    const outspoken: RouteEntry = {
      ...silent,
      ...members,
      upstream: { ...upstream, targets: ['http://a'], health: { ...upstream.health, path: '/' } },
    };
    expect(schemaMistakesIn({ routes: [outspoken] })).toEqual([]);
    expect(routeOf(outspoken, undefined, 'https://api.example')).toEqual(
      routeOf(silent, undefined, 'https://api.example'),
    );
  });

  it('shows what a spike arrest counts that does not say it', () => {
    const { spike_arrest } = (ROUTES_SCHEMA.properties.routes.items as Schema).properties!;
    const { by } = defaultsOf(spike_arrest!.else!.items!) as { by: 'route' };
    const routeWith = (said: RouteEntry['spike_arrest']) =>
      routeOf(
        { id: 'a', path: '/a', upstream: 'http://a', spike_arrest: said },
        undefined,
        'https://api.example',
      );
    const outspoken = routeWith([{ rate: '1/second', by }]);
    expect(routeWith('1/second')).toEqual(outspoken);
    expect(routeWith([{ rate: '1/second' }])).toEqual(outspoken);
  });
});
