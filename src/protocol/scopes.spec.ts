import { describe, expect, it } from 'vitest';
import { InvalidScope } from './oauth-error.js';
import { SCOPES, formatScope, holderOf, parseScope } from './scopes.js';

describe('a list of scopes', () => {
  it.each([
    ['read', ['read']],
    ['write read', ['write', 'read']],
    ['read read', ['read']],
    ['read write read', ['read', 'write']],
    ['READ read', ['READ', 'read']],
    ['!#[]~ a:b/c.d', ['!#[]~', 'a:b/c.d']],
  ])('reads %j, in its order and without repeats (RFC 6749 §3.3)', (text, scopes) => {
    expect(parseScope(text)).toEqual(scopes);
  });

  it.each([
    '',
    ' ',
    ' read',
    'read ',
    'read  write',
    'read\twrite',
    'read\nwrite',
    'a"',
    'a\\',
    'é',
    'a\0',
    '\u00a0',
    'a\u2028b',
  ])('refuses %j', (text) => {
    expect(() => parseScope(text)).toThrow(InvalidScope);
  });

  it('is written with single spaces', () => {
    expect(formatScope(['a', 'b'])).toBe('a b');
    expect(formatScope([])).toBe('');
  });
});

describe('who may hold a scope', () => {
  it.each([
    ['resources:read', 'anyone'],
    ['profile', 'person'],
    ['account', 'person'],
    ['users:write', 'administrator'],
    ['sessions:read', 'administrator'],
    ['of-another-api', 'anyone'],
    ['toString', 'anyone'],
    ['__proto__', 'anyone'],
  ])('%s: %s', (scope, holder) => {
    expect(holderOf(scope)).toBe(holder);
  });

  it('is an administrator for everything that administers', () => {
    const administering = Object.keys(SCOPES).filter((scope) => /^(users|clients|sessions):/.test(scope));
    expect(administering).toHaveLength(6);
    expect(administering.every((scope) => holderOf(scope) === 'administrator')).toBe(true);
  });
});
