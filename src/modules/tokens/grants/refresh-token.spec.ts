import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newRefreshToken, openSuccessor, successorOf } from './refresh-token.js';

const END = new Date('2030-01-01T00:00:00Z');

describe('a refresh token', () => {
  it('is a tag and 256 random bits, and is known by its SHA-256', () => {
    const { token, hash } = newRefreshToken();
    expect(token).toMatch(/^gwr_[A-Za-z0-9_-]{43}$/);
    expect(hash).toEqual(createHash('sha256').update(token).digest());
  });

  it('never comes twice, and ten thousand of them share nothing but the tag', () => {
    const tokens = Array.from({ length: 10_000 }, () => newRefreshToken().token);
    expect(new Set(tokens).size).toBe(tokens.length);
    for (let place = 4; place < 46; place += 1) {
      // 64 characters are equally likely: each shows up about 156 times, and 60 are eight deviations away.
      const counts = new Map<string, number>();
      for (const token of tokens) counts.set(token[place]!, (counts.get(token[place]!) ?? 0) + 1);
      expect(counts.size).toBe(64);
      expect(Math.min(...counts.values())).toBeGreaterThan(60);
    }
  });

  it('is not in the order of time', () => {
    const tokens = Array.from({ length: 100 }, () => newRefreshToken().token);
    expect(tokens).not.toEqual(tokens.toSorted());
  });
});

describe('the successor of a refresh token', () => {
  const { token: predecessor } = newRefreshToken();

  it('is another token, opened by its predecessor alone', () => {
    const successor = successorOf(predecessor, END);
    expect(successor.token).not.toBe(predecessor);
    expect(successor.hash).toEqual(createHash('sha256').update(successor.token).digest());
    expect(successor.expiresAt).toBe(END);
    expect(openSuccessor(predecessor, successor.sealed)).toBe(successor.token);
    for (const stranger of [newRefreshToken().token, successor.token, '', `${predecessor} `]) {
      expect(() => openSuccessor(stranger, successor.sealed)).toThrow();
    }
  });

  it('cannot be had from what the database keeps: digests and the sealed form', () => {
    const successor = successorOf(predecessor, END);
    const digest = createHash('sha256').update(predecessor).digest();
    for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
      expect(() => openSuccessor(digest.toString(encoding), successor.sealed)).toThrow();
    }
    expect(successor.sealed.includes(successor.token)).toBe(false);
  });

  it('is another one each time, sealed anew', () => {
    const first = successorOf(predecessor, END);
    const second = successorOf(predecessor, END);
    expect(first.token).not.toBe(second.token);
    expect(first.sealed.equals(second.sealed)).toBe(false);
  });

  it('is not opened once a byte of it has changed', () => {
    const { sealed } = successorOf(predecessor, END);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => openSuccessor(predecessor, changed)).toThrow();
    }
  });
});
