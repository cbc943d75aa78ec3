import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../platform/crypto/digest.js';
import { hashOfOpaqueAccessToken, newOpaqueAccessToken, tokenIdOf } from './opaque-access-token.js';

describe('an opaque access token', () => {
  it('is 256 random bits behind a tag, never the same twice, and no UUID', () => {
    const tokens = Array.from({ length: 10_000 }, () => newOpaqueAccessToken().token);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(tokens.every((token) => /^gwa_[A-Za-z0-9_-]{43}$/.test(token))).toBe(true);
    // Each character behind the tag varies: nothing fixed, and nothing that counts or tells the time.
    for (let at = 'gwa_'.length; at < 46; at += 1) {
      expect(new Set(tokens.map((token) => token[at])).size, `character ${at}`).toBe(64);
    }
  });

  it('is looked up by its SHA-256, and named by that in base64url', () => {
    const { token, hash } = newOpaqueAccessToken();
    expect(hash).toEqual(sha256(token));
    expect(hashOfOpaqueAccessToken(token)).toEqual(hash);
    expect(tokenIdOf(hash)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it.each([
    'gwa_',
    `gwa_${'A'.repeat(42)}`,
    `gwa_${'A'.repeat(44)}`,
    `GWA_${'A'.repeat(43)}`,
    `gwr_${'A'.repeat(43)}`,
    `gwa_${'A'.repeat(43)}\n`,
    `gwa_${'A'.repeat(42)}=`,
    `gwa_${'A'.repeat(42)}\0`,
  ])('is not looked up as %j', (text) => expect(hashOfOpaqueAccessToken(text)).toBeUndefined());
});
