import { describe, expect, it } from 'vitest';
import { upstreamPath } from './upstream-path.js';

describe('the path that the upstream receives', () => {
  it.each([
    ['', '', '/api/orders', '/api/orders'],
    ['', '', '/', '/'],
    ['/api', '', '/api/orders/', '/orders/'],
    ['/api', '', '/api', '/'],
    ['/api', '', '/api/', '/'],
    ['/api', '/v2', '/api', '/v2'],
    ['/api', '/v2', '/api/', '/v2/'],
    ['/api', '/v2/x', '/api/a%2Ab', '/v2/x/a%2Ab'],
    ['', '/v2', '/api/orders', '/v2/api/orders'],
    ['', '/v2', '/', '/v2/'],
  ])('strip %j, add %j: %s becomes %s', (stripPrefix, addPrefix, path, upstream) => {
    expect(upstreamPath({ stripPrefix, addPrefix }, path)).toBe(upstream);
  });
});
