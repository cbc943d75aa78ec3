import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Locked {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>;
}

/** Optional packages that no entry locks: `npm ci` stops at the first of them, whatever the platform. */
function unlocked({ packages }: Locked): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
}

describe('package-lock.json', () => {
  const lock: Locked = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'));

  it('locks the packages of every platform, not just of the one it was written on', () => {
    expect(unlocked(lock)).toEqual([]);
  });

  it('would be found out without one of them', () => {
    const { 'node_modules/@node-rs/argon2-darwin-arm64': _, ...packages } = lock.packages;
    expect(unlocked({ packages })).toEqual(['@node-rs/argon2-darwin-arm64']);
  });
});
