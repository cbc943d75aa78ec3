import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { estimatedBits } from './secret-strength.js';

const SAMPLES = 5_000;

describe('the estimate of a secret', () => {
  it.each([
    ['zeros', '0'.repeat(64)],
    ['zeros in base64', Buffer.alloc(32).toString('base64')],
    ['one character repeated', 'x'.repeat(256)],
    ['two characters repeated', 'ab'.repeat(32)],
    ['a sequence repeated', '0123456789abcdef'.repeat(4)],
    ['a word repeated', 'changeme-'.repeat(8)],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyz'.repeat(2)],
    ['digits that are too few', '314159265358979323846264338327'],
    ['nothing', ''],
  ])('finds less than 128 bits in %s', (_, secret) => expect(estimatedBits(secret)).toBeLessThan(128));

  it.each<[string, () => string]>([
    ['openssl rand -hex 32', () => randomBytes(32).toString('hex')],
    ['openssl rand -hex 16', () => randomBytes(16).toString('hex')],
    ['openssl rand -base64 32', () => randomBytes(32).toString('base64')],
    ['base64url', () => randomBytes(24).toString('base64url')],
    ['random upper-case hex', () => randomBytes(32).toString('hex').toUpperCase()],
  ])('never refuses %s', (_, random) => {
    const estimates = Array.from({ length: SAMPLES }, () => estimatedBits(random()));
    expect(Math.min(...estimates)).toBeGreaterThanOrEqual(128);
  });
});
