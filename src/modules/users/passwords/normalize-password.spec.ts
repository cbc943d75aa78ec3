import { describe, expect, it } from 'vitest';
import { isHashable, normalizePassword } from './normalize-password.js';

describe('a normalised password', () => {
  it('is the same composed and decomposed', () => {
    expect(normalizePassword('pa\u0308sswo\u0308rd')).toBe('pässwörd');
  });

  it.each([
    ['a ligature', '\ufb01', 'fi'],
    ['full-width digits', '１２', '12'],
    ['a no-break space', 'a\u00a0b', 'a b'],
    ['case', 'A', 'a'],
    ['space around it', ' a ', 'a'],
  ])('keeps %s', (_, one, other) => {
    expect(normalizePassword(one)).not.toBe(normalizePassword(other));
    expect(normalizePassword(one)).toBe(one);
  });
});

describe('what can be hashed', () => {
  it.each([
    ['4,096 bytes', 'a'.repeat(4096)],
    ['1,024 emoji', '🐙'.repeat(1024)],
    ['4,095 bytes of Hangul, decomposed', '각'.repeat(1365).normalize('NFD')],
  ])('includes %s', (_, password) => {
    expect(isHashable(password)).toBe(true);
  });

  it.each([
    ['4,097 bytes', 'a'.repeat(4097)],
    ['1,025 emoji', '🐙'.repeat(1025)],
    ['a MiB', 'a'.repeat(1024 * 1024)],
    ['half a surrogate pair', 'password\ud83d'],
    ['a MiB of marks', 'a' + '\u0323\u0301'.repeat(512 * 1024)],
    ['a few thousand marks', 'a' + '\u0323\u0301'.repeat(1000)],
  ])('does not include %s, and that is seen at once', (_, password) => {
    const before = performance.now();
    expect(isHashable(password)).toBe(false);
    expect(performance.now() - before).toBeLessThan(500);
  });
});
