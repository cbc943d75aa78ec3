import { describe, expect, it } from 'vitest';
import { aRoute } from '../../../../test/support/routes.js';
import { claimsOnOwnPaths, isOwnPath } from './own-paths.js';

const OWN = [
  '*',
  '/*',
  '/',
  '/token',
  '/admin/clients',
  '/admin/clients/:client_id',
  '/admin/clients/:client_id/secret',
  '/docs',
  '/docs/*',
  '/.well-known/jwks.json',
].map((path) => ({ path }));

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
    '/.well-known/**',
    '/.well-known/*',
    '/*/clients',
  ])('is not named by the route %s', (path) => {
    expect(claimsOnOwnPaths([aRoute(path)], OWN)).toEqual([]);
  });

  it.each([
    ['/', true],
    ['/token', true],
    ['/admin/clients/x', true],
    ['/docs/a/b', true],
    ['/token/', false],
    ['/TOKEN', false],
    ['/admin', false],
    ['/admin/clients/x/y', false],
    ['/anything', false],
  ])('%s: %s', (path, own) => {
    expect(isOwnPath(path, OWN)).toBe(own);
  });
});
