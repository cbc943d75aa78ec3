import { describe, expect, it } from 'vitest';
import { ownPathsOf } from '../../../../test/support/own-paths.js';
import { aRoute } from '../../../../test/support/routes.js';
import { claimsOnOwnPaths } from './reserved-paths.js';

const OWN = ownPathsOf(
  '/',
  '/token',
  '/admin/clients',
  '/admin/clients/:client_id',
  '/admin/clients/:client_id/secret',
  '/docs',
  '/docs/*',
  '/forward-auth/envoy/*',
  '/.well-known/jwks.json',
).all();

describe('a path of this process', () => {
  it.each([
    '/token',
    '/Token',
    '/token/**',
    '/admin/clients',
    '/admin/clients/**',
    '/admin/clients/*',
    '/admin/clients/*/**',
    '/admin/clients/mine',
    '/admin/clients/*/secret',
    '/docs/**',
    '/docs/*',
    '/docs/a/b',
    '/docs/a/**',
    '/forward-auth/envoy/**',
    '/forward-auth/envoy/x',
    '/',
  ])('is named by the route %s', (path) => {
    expect(claimsOnOwnPaths([aRoute('/x/**'), aRoute(path)], OWN)).toEqual([
      { index: 1, detail: expect.stringContaining('answers itself') },
    ]);
  });

  it.each([
    '/**',
    '/*',
    '/admin/**',
    '/admin/*',
    '/admin/users/**',
    '/admin/clients/*/keys',
    '/admin/clients/x/secret/y',
    '/tokens',
    '/forward-auth/**',
    '/forward-auth/*',
    '/forward-auth/envoy',
    '/.well-known/**',
    '/.well-known/*',
    '/*/clients',
  ])('is not named by the route %s', (path) => {
    expect(claimsOnOwnPaths([aRoute(path)], OWN)).toEqual([]);
  });
});
