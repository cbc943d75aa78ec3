import { describe, expect, it } from 'vitest';
import { OwnPaths } from './own-paths.js';

const OWN = new OwnPaths();
for (const url of [
  '/',
  '/token',
  '/admin/clients',
  '/admin/clients/:client_id',
  '/admin/clients/:client_id/secret',
  '/docs/*',
]) {
  OWN.learn({ url, method: ['GET', 'HEAD'], config: url === '/token' ? { edge: 'oauth' } : {} });
}
OWN.learn({ url: '/token', method: 'POST', config: { edge: 'oauth' } });

describe('an own path', () => {
  it.each([
    ['/', '/'],
    ['/?a', '/'],
    ['/token', '/token'],
    ['/token?a=/../b', '/token'],
    ['/token#a', '/token'],
    ['/t%6Fken', '/token'],
    ['http://api.example/token', '/token'],
    ['HTTPS://api.example:8443/token', '/token'],
    ['http://api.example', '/'],
    ['http://api.example?a', '/'],
    ['/admin/clients', '/admin/clients'],
    ['/admin/clients/', '/admin/clients/:client_id'],
    ['/admin/clients/x', '/admin/clients/:client_id'],
    ['/admin/clients/..', '/admin/clients/:client_id'],
    ['/admin/clients/a%2Fsecret', '/admin/clients/:client_id'],
    ['/admin/clients/%2F%2e%00', '/admin/clients/:client_id'],
    ['/admin/clients//secret', '/admin/clients/:client_id/secret'],
    ['/docs/', '/docs/*'],
    ['/docs/a/b/', '/docs/*'],
    ['/docs//', '/docs/*'],
    ['/docs/../token', '/docs/*'],
  ])('is at the target %s: %s', (target, pattern) => {
    expect(OWN.find(target)?.pattern).toBe(pattern);
  });

  it.each([
    '/token/',
    '/TOKEN',
    '//token',
    '/./token',
    '/token;a',
    '/token%3Fa',
    '/t%256Fken',
    '/token%',
    '/docs/%ff',
    '/admin',
    '/admin%2Fclients',
    '/admin/clients/x/y',
    '/admin/clients/x/secret/',
    '/docs',
    '/docs%2Fa',
    'http:///token',
    'ftp://api.example/token',
  ])('is not at the target %s', (target) => {
    expect(OWN.find(target)).toBeUndefined();
  });

  it('knows the methods and the edge of all its routes', () => {
    expect(OWN.find('/token')).toMatchObject({
      methods: new Set(['GET', 'HEAD', 'POST']),
      edge: 'oauth',
    });
    expect(OWN.find('/docs/a')?.edge).toBeUndefined();
    expect(OWN.all()).toHaveLength(6);
  });
});
