import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveKey, open, seal } from './sealing.js';

const key = randomBytes(32);
const secret = Buffer.from('a private key');

describe('a sealed secret', () => {
  it('is opened by the key and the context it was sealed with', () => {
    expect(open(key, seal(key, secret, 'kid-1'), 'kid-1')).toEqual(secret);
    expect(open(key, seal(key, Buffer.alloc(0), ''), '')).toEqual(Buffer.alloc(0));
  });

  it('is opened by no other key and in no other context', () => {
    const sealed = seal(key, secret, 'kid-1');
    expect(() => open(randomBytes(32), sealed, 'kid-1')).toThrow();
    expect(() => open(key, sealed, 'kid-2')).toThrow();
    expect(() => open(key, sealed, '')).toThrow();
  });

  it('looks different each time, for each has a nonce of its own', () => {
    const nonces = Array.from({ length: 1_000 }, () => seal(key, secret, '').subarray(0, 12).toString('hex'));
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('is not opened when a byte was changed, cut off or added', () => {
    const sealed = seal(key, secret, '');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => open(key, changed, '')).toThrow();
      expect(() => open(key, sealed.subarray(0, at), '')).toThrow();
    }
    expect(() => open(key, Buffer.concat([sealed, Buffer.alloc(1)]), '')).toThrow();
  });
});

describe('a derived key', () => {
  it('has 32 bytes that depend on the secret and on the purpose', () => {
    const derived = deriveKey('secret', 'purpose');
    expect(derived).toHaveLength(32);
    expect(deriveKey('secret', 'purpose')).toEqual(derived);
    expect(deriveKey('secret ', 'purpose')).not.toEqual(derived);
    expect(deriveKey('secret', 'another purpose')).not.toEqual(derived);
  });
});
