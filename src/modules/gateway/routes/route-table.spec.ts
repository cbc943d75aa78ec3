import { describe, expect, it } from 'vitest';
import { aRoute, aTableOf, foundIn } from '../../../../test/support/routes.js';
import { RouteTable } from './route-table.js';

describe('a table', () => {
  it('may have * and an encoded star side by side', () => {
    const table = aTableOf('/a/*', '/a/%2A');
    expect([foundIn(table, '/a/%2A'), foundIn(table, '/a/x')]).toEqual(['/a/%2A', '/a/*']);
  });

  it('does not change', () => {
    const routes = [aRoute('/a')];
    const table = new RouteTable(routes);
    routes.push(aRoute('/b'));
    expect(foundIn(table, '/b')).toBe(404);
    expect(() => (table.routes as unknown[]).push(aRoute('/b'))).toThrow(TypeError);
  });
});
