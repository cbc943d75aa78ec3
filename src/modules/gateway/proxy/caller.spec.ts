import { describe, expect, it } from 'vitest';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { callerOf } from './caller.js';

function claims(client_id: string, sub: string): AccessTokenClaims {
  return { client_id, sub } as AccessTokenClaims;
}

describe('a caller', () => {
  it('with a token is the client and the person together, from wherever', () => {
    const caller = callerOf(claims('app', 'alice'), '192.0.2.1');
    expect(callerOf(claims('app', 'alice'), '192.0.2.2')).toBe(caller);
    expect(callerOf(claims('app', 'bob'), '192.0.2.1')).not.toBe(caller);
    expect(callerOf(claims('other', 'alice'), '192.0.2.1')).not.toBe(caller);
    // However names are cut, they are never those of two others.
    expect(callerOf(claims('a","b', 'c'), '')).not.toBe(callerOf(claims('a', 'b","c'), ''));
  });

  it('without a token is an address, or the network of one of IPv6', () => {
    expect(callerOf(undefined, '192.0.2.1')).not.toBe(callerOf(undefined, '192.0.2.2'));
    expect(callerOf(undefined, '2001:db8::1')).toBe(callerOf(undefined, '2001:db8::2'));
    expect(callerOf(undefined, '2001:db8:0:1::1')).not.toBe(callerOf(undefined, '2001:db8::1'));
  });
});
