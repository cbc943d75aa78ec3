import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  optionalDependencies?: Record<string, string>;
  integrity?: string;
  resolved?: string;
}

interface Locked {
  packages: Record<string, LockedPackage>;
}

/** Optional packages that no entry locks: `npm ci` stops at the first of them, whatever the platform. */
function unlocked({ packages }: Locked): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
}

/** Packages that npm would install whatever they contain; the root project is none. */
function unverified({ packages }: Locked): string[] {
  return Object.entries(packages)
    .filter(([path, { integrity }]) => path !== '' && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
    .map(([path]) => path);
}

/** Packages that would come from one registry alone, whichever npm is set up to use. */
function tiedToARegistry({ packages }: Locked): string[] {
  return Object.keys(packages).filter((path) => packages[path]!.resolved !== undefined);
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

  it('has the digest of every package, of every platform', () => {
    expect(Object.keys(lock.packages).length).toBeGreaterThan(500);
    expect(unverified(lock)).toEqual([]);
  });

  it('would be found out with a package that has none, or a weak one', () => {
    const name = 'node_modules/@node-rs/bcrypt-linux-arm64-musl';
    const { integrity: _, ...bare } = lock.packages[name]!;
    for (const spoilt of [bare, { ...bare, integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }]) {
      expect(unverified({ packages: { ...lock.packages, [name]: spoilt } })).toEqual([name]);
    }
  });

  it('names no registry, so that a mirror serves as well', () => {
    expect(tiedToARegistry(lock)).toEqual([]);
    const name = 'node_modules/pg';
    const tied = { ...lock.packages[name]!, resolved: 'https://registry.example/pg/-/pg-8.0.0.tgz' };
    expect(tiedToARegistry({ packages: { ...lock.packages, [name]: tied } })).toEqual([name]);
  });
});

describe('the dependencies of package.json', () => {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
  );
  const imported = new Set(
    globSync('src/**/*.ts', { cwd: join(import.meta.dirname, '../..') })
      .filter((name) => !name.endsWith('.spec.ts'))
      .flatMap((name) => packagesIn(readFileSync(join(import.meta.dirname, '../..', name), 'utf8'))),
  );

  it('are packages that the source imports, and RxJS, without which NestJS does not run', () => {
    expect(Object.keys(dependencies)).toContain('fastify');
    expect(Object.keys(dependencies).filter((name) => !imported.has(name))).toEqual(['rxjs']);
  });
});

/** The packages that a source file imports, without the modules of Node.js. */
function packagesIn(text: string): string[] {
  const specifiers = [...text.matchAll(/(?:\bfrom|^import|\bimport\()\s*'([^'.#][^']*)'/gm)];
  return specifiers
    .map(([, specifier]) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier!)![0])
    .filter((name) => !name.startsWith('node:'));
}
