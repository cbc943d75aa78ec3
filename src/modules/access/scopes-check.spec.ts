import { describe, expect, it } from 'vitest';
import type { AccessTokenClaims } from '../../protocol/access-token.js';
import { InsufficientScope } from '../../protocol/bearer-error.js';
import { checkScopes } from './scopes-check.js';

const aPersonWith = (scope: string): AccessTokenClaims => ({
  ...{ iss: 'https://as.example', aud: 'https://as.example', sub: 'alice', client_id: 'app' },
  ...{ jti: 'j1', sid: 'g1', iat: 0, exp: 60, scope },
});

const aClientWith = (scope: string): AccessTokenClaims => ({ ...aPersonWith(scope), sub: 'app' });

describe('the check of scopes', () => {
  it.each([
    ['all that is asked for', 'orders:read orders:write', ['orders:read', 'orders:write']],
    ['more than is asked for', 'profile orders:read', ['orders:read']],
    ['no scope where none is asked for', '', []],
  ])('lets through %s', (_, scope, required) => {
    expect(() => checkScopes(aPersonWith(scope), required)).not.toThrow();
  });

  it.each([
    ['one of two', 'orders:read', ['orders:read', 'orders:write']],
    ['a scope that begins like the one', 'orders:readers', ['orders:read']],
    ['no scope at all', '', ['orders:read']],
  ])('refuses %s', (_, scope, required) => {
    expect(() => checkScopes(aPersonWith(scope), required)).toThrow(InsufficientScope);
  });

  it.each(['profile', 'account', 'users:read', 'routes:read'])(
    'refuses a client that acts for itself where %s is asked for, even if it was issued that',
    (scope) => {
      expect(() => checkScopes(aClientWith(scope), [scope])).toThrow(InsufficientScope);
      expect(() => checkScopes(aPersonWith(scope), [scope])).not.toThrow();
    },
  );

  it.each(['resources:read', 'orders:read'])('lets a client that acts for itself use %s', (scope) => {
    expect(() => checkScopes(aClientWith(scope), [scope])).not.toThrow();
  });
});
