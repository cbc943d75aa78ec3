import { describe, expect, it } from 'vitest';
import { digestsEqual, sha256 } from './digest.js';

describe('sha256', () => {
  it('is the digest of the text in UTF-8 (FIPS 180-4)', () => {
    expect(sha256('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(sha256('é')).toEqual(sha256(Buffer.from([0xc3, 0xa9]).toString('utf8')));
    expect(sha256('')).toHaveLength(32);
  });
});

describe('digestsEqual', () => {
  it('compares all bytes, and takes another length for another digest', () => {
    const digest = sha256('a');
    expect(digestsEqual(digest, Buffer.from(digest))).toBe(true);
    for (let at = 0; at < digest.length; at += 1) {
      const changed = Buffer.from(digest);
      changed[at]! ^= 0x80;
      expect(digestsEqual(digest, changed)).toBe(false);
    }
    expect(digestsEqual(digest, digest.subarray(0, 31))).toBe(false);
    expect(digestsEqual(digest, new Uint8Array())).toBe(false);
  });
});
