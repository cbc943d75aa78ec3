import { describe, expect, it } from 'vitest';
import { ownPathsOf } from '../../../../test/support/own-paths.js';
import { aRoute } from '../../../../test/support/routes.js';
import { RouteTable } from './route-table.js';

describe('an explanation', () => {
  const orders = aRoute('/api/orders/**', {
    scopes: { GET: ['orders:read'], '*': ['orders:write'] },
    methods: ['GET', 'POST'],
    stripPrefix: '/api',
  });
  const table = new RouteTable([orders, aRoute('/**')], ownPathsOf('/admin/clients/:id'));

  it('says where a request goes, in its canonical path', () => {
    expect(table.explain('POST', '/api/%6frders/7?x=%2e')).toEqual({
      method: 'POST',
      path: '/api/orders/7',
      forwarded: { route: orders, scopes: ['orders:write'], path: '/orders/7' },
      refused: undefined,
    });
  });

  it.each([
    ['GET', '/api/../x', undefined, 400, undefined],
    ['GET', '/API/orders', '/API/orders', 404, undefined],
    ['DELETE', '/api/orders', '/api/orders', 405, 'GET, HEAD, POST'],
    ['GET', '/admin/clients/7', '/admin/clients/7', undefined, undefined],
  ])('says why it goes nowhere: %s %s', (method, target, path, status, allow) => {
    expect(table.explain(method, target)).toEqual({
      method,
      path,
      forwarded: undefined,
      refused: { status, detail: expect.stringMatching(/^T.+\.$/), allow },
    });
  });
});
