import { describe, expect, it } from 'vitest';
import { aRoute, foundIn } from '../../../../test/support/routes.js';
import { MethodNotAllowed } from '../../../protocol/method-not-allowed.js';
import { scopesFor } from './route-methods.js';
import { RouteTable } from './route-table.js';

describe('a method', () => {
  const table = new RouteTable([
    aRoute('/orders', { id: 'read', methods: ['GET'] }),
    aRoute('/orders', { id: 'write', methods: ['PUT', 'POST'] }),
    aRoute('/heads', { id: 'get', methods: ['GET'] }),
    aRoute('/heads', { id: 'head', methods: ['HEAD'] }),
    aRoute('/dav', { id: 'plain' }),
    aRoute('/dav', { id: 'dav', methods: ['PROPFIND', 'COPY'] }),
    aRoute('/**', { id: 'all' }),
  ]);

  it('is served by the route that has it', () => {
    expect(foundIn(table, '/orders', 'GET')).toBe('read');
    expect(foundIn(table, '/orders', 'POST')).toBe('write');
    expect(foundIn(table, '/dav', 'PROPFIND')).toBe('dav');
  });

  it('HEAD is served where GET is, unless a route names it (RFC 9110 §9.3.2)', () => {
    expect(foundIn(table, '/orders', 'HEAD')).toBe('read');
    expect(foundIn(table, '/heads', 'HEAD')).toBe('head');
    expect(foundIn(table, '/heads', 'GET')).toBe('get');
  });

  it('that the path does not serve is refused, and no wider pattern is asked', () => {
    const refusal = catching(() => table.find('DELETE', '/orders'));
    expect(refusal).toBeInstanceOf(MethodNotAllowed);
    expect(refusal).toMatchObject({ status: 405, allow: 'GET, HEAD, POST, PUT' });
  });

  it.each(['COPY', 'MOVE', 'PROPFIND', 'PURGE', 'LINK', 'SEARCH', 'M-SEARCH', 'QUERY'])(
    '%s is served by no route that does not name it',
    (method) => {
      const refusal = catching(() => table.find(method, '/x'));
      expect(refusal).toMatchObject({ status: 405, allow: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT' });
    },
  );

  it.each(['TRACE', 'CONNECT'])('%s is never served', (method) => {
    const refusal = catching(() => table.find(method, '/x'));
    expect(refusal).toMatchObject({ status: 405, allow: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT' });
  });

  it('in another case is another method', () => {
    expect(foundIn(table, '/orders', 'get')).toBe(405);
  });
});

function catching(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('the scopes of a method', () => {
  const route = aRoute('/a', { scopes: { GET: ['read'], POST: ['write', 'more'], '*': ['other'] } });

  it.each([
    ['GET', ['read']],
    ['HEAD', ['read']],
    ['POST', ['write', 'more']],
    ['DELETE', ['other']],
    ['OPTIONS', ['other']],
    ['toString', ['other']],
  ])('%s', (method, scopes) => {
    expect(scopesFor(route, method)).toEqual(scopes);
  });

  it('are those of HEAD where HEAD is named', () => {
    expect(scopesFor(aRoute('/a', { scopes: { GET: ['read'], HEAD: [] } }), 'HEAD')).toEqual([]);
  });

  it('are none where nothing is said', () => {
    expect(scopesFor(aRoute('/a'), 'GET')).toEqual([]);
    expect(scopesFor(aRoute('/a', { scopes: { GET: ['read'] } }), 'POST')).toEqual([]);
  });
});
