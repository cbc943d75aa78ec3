import { describe, expect, it } from 'vitest';
import { aTableOf, foundIn } from '../../../../test/support/routes.js';

describe('a path that only resembles a literal', () => {
  const table = aTableOf('/**', '/admin/**', '/admin/users/*', '/Reports', '/caf%C3%A9', '/x/a!b', '/x/%2A');

  it.each([
    '/ADMIN',
    '/Admin/x',
    '/aDmin/users/7',
    '/admin/Users/7',
    '/reports',
    '/REPORTS/',
    '/CAF%C3%89',
    '/caf%C3%89',
    '/cafe%CC%81',
    '/%EF%BD%81dmin',
    '/adm%C4%B1n',
    '/ADM%C4%B0N',
    '/admin/u%C5%BFers/7',
    '/ad%C2%ADmin',
    '/x/a%21b',
    '/x/*',
  ])('has no route, not even that of everything: %s', (path) => {
    expect(foundIn(table, path)).toBe(404);
  });

  it.each([
    ['/admin', '/admin/**'],
    ['/admin/users/ADMIN', '/admin/users/*'],
    ['/admin/anything/Users', '/admin/**'],
    ['/Reports', '/Reports'],
    ['/caf%C3%A9', '/caf%C3%A9'],
    ['/x/a!b', '/x/a!b'],
    ['/x/%2A', '/x/%2A'],
    ['/other/ADMIN', '/**'],
  ])('is told from one that is spelt so: %s', (path, pattern) => {
    expect(foundIn(table, path)).toBe(pattern);
  });

  it('hides a wider pattern that spells it, too', () => {
    expect(foundIn(aTableOf('/api/Orders', '/api/*'), '/api/orders')).toBe(404);
    expect(foundIn(aTableOf('/api/Orders', '/api/*'), '/api/others')).toBe('/api/*');
  });
});
