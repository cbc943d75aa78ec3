import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.js';

const allowed = (names: string) => loadConfig({ CORS_ALLOWED_HEADERS: names }).server.corsAllowedHeaders;

describe('headers that pages may send besides', () => {
  it('are a list of names', () => {
    expect(allowed('')).toEqual([]);
    expect(allowed('X-Api-Version, sentry-trace,b3')).toEqual(['X-Api-Version', 'sentry-trace', 'b3']);
  });

  it.each([
    ...['*', 'X Api', 'X-Api:', 'X-Größe', 'x"y'],
    ...[
      'Cookie',
      'Authorization',
      'DPoP',
      'Client-Cert',
      'X-Identity',
      'x_identity',
      'X-User-Id',
      'X-Auth-Request-User',
    ],
    ...['Forwarded', 'X-Forwarded-For', 'x-real-ip', 'X-End-User-IP', 'X-Original-URL', 'X-Forwarded-Uri'],
    ...[
      'X-HTTP-Method-Override',
      'X-Method-Override',
      'Host',
      'Origin',
      'Proxy-Authorization',
      'Sec-Fetch-Site',
    ],
    ...['Connection', 'Transfer-Encoding', 'Access-Control-Request-Headers'],
  ])('are none that this server or another trusts, or that are no name: %s', (name) => {
    expect(() => allowed(`X-Api-Version,${name}`)).toThrow(/CORS_ALLOWED_HEADERS must be/);
  });
});
