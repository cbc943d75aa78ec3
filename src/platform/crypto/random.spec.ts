import { describe, expect, it } from 'vitest';
import { UUID } from '../../protocol/characters.js';
import { randomToken, timeOrderedId } from './random.js';

describe('a random token', () => {
  it('has 256 bits as base64url, and never comes twice', () => {
    const tokens = Array.from({ length: 10_000 }, randomToken);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(tokens.every((token) => Buffer.from(token, 'base64url').length === 32)).toBe(true);
    expect(tokens.every((token) => /^[A-Za-z0-9_-]{43}$/.test(token))).toBe(true);
  });
});

describe('a time-ordered id', () => {
  const moment = new Date('2026-03-01T12:00:00.123Z');

  it('is a UUID of version 7 and the variant of RFC 9562', () => {
    for (let count = 0; count < 1_000; count += 1) {
      const id = timeOrderedId(moment);
      expect(id).toMatch(UUID);
      expect(id[14]).toBe('7');
      expect('89ab').toContain(id[19]);
    }
  });

  it('begins with the milliseconds since 1970 (§5.7)', () => {
    const id = timeOrderedId(moment);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(moment.getTime());
  });

  it('sorts by time, and differs within one millisecond', () => {
    const ids = [0, 1, 255, 256, 65_536, 86_400_000].map((ms) =>
      timeOrderedId(new Date(moment.getTime() + ms)),
    );
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(Array.from({ length: 10_000 }, () => timeOrderedId(moment))).size).toBe(10_000);
  });
});
