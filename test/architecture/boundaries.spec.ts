import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type IForbiddenRuleType, type IOptions, cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

const { default: config } = (await import(join(ROOT, '.dependency-cruiser.mjs'))) as {
  default: { forbidden: IForbiddenRuleType[]; options: IOptions };
};

/** For every rule, an import that it must refuse: `from` imports `specifier`. */
const REFUSED: Record<string, { from: string; specifier: string }> = {
  'module-graph-auth': { from: 'src/modules/auth/bad.ts', specifier: '../users/index.js' },
  'module-graph-resources': { from: 'src/modules/resources/bad.ts', specifier: '../tokens/index.js' },
  'module-graph-gateway': { from: 'src/modules/gateway/bad.ts', specifier: '../tokens/index.js' },
  'module-graph-clients': { from: 'src/modules/clients/bad.ts', specifier: '../auth/index.js' },
  'module-graph-users': { from: 'src/modules/users/bad.ts', specifier: '../tokens/index.js' },
  'module-graph-tokens': { from: 'src/modules/tokens/bad.ts', specifier: '../clients/index.js' },
  'module-graph-access': { from: 'src/modules/access/bad.ts', specifier: '../tokens/index.js' },
  'module-graph-directory': { from: 'src/modules/directory/bad.ts', specifier: '../users/index.js' },
  'platform-graph-counters': {
    from: 'src/platform/counters/bad.ts',
    specifier: '../http/server.js',
  },
  'platform-graph-events': { from: 'src/platform/events/bad.ts', specifier: '../http/server.js' },
  'platform-graph-jobs': { from: 'src/platform/jobs/bad.ts', specifier: '../http/server.js' },
  'known-modules-only': { from: 'src/modules/reports/bad.ts', specifier: '../../protocol/vocabulary.js' },
  'module-surface-is-index': { from: 'src/modules/auth/deep.ts', specifier: '../tokens/inside.js' },
  'module-surface-is-index-from-outside': { from: 'src/app.bad.ts', specifier: './modules/tokens/inside.js' },
  'protocol-is-pure': { from: 'src/protocol/bad.ts', specifier: 'node:fs' },
  'platform-knows-no-module': { from: 'src/platform/bad.ts', specifier: '../modules/tokens/index.js' },
  'config-knows-only-protocol': { from: 'src/config/bad.ts', specifier: '../platform/plain.js' },
  'inside-knows-no-outside': {
    from: 'src/modules/tokens/grants/bad.ts',
    specifier: '../persistence/store.js',
  },
  'http-and-persistence-are-strangers': {
    from: 'src/modules/tokens/http/bad.ts',
    specifier: '../persistence/store.js',
  },
  'typeorm-stays-in-persistence': { from: 'src/platform/http/bad.ts', specifier: 'typeorm' },
  'tokens-have-two-doors': { from: 'src/modules/auth/signing.ts', specifier: '@nestjs/jwt' },
  'password-hashing-has-one-door': { from: 'src/modules/users/bad-hash.ts', specifier: '@node-rs/argon2' },
  'guesses-have-one-door': { from: 'src/modules/users/bad-guess.ts', specifier: '@zxcvbn-ts/core' },
  'guesses-load-on-first-use': {
    from: 'src/modules/users/passwords/guess-estimate.ts',
    specifier: '@zxcvbn-ts/language-common',
  },
  'redis-has-one-door': { from: 'src/modules/gateway/limits/bad.ts', specifier: '@redis/client' },
  'events-are-published-after-commit': {
    from: 'src/modules/tokens/persistence/bad.ts',
    specifier: '../../../platform/events/events.js',
  },
  'job-times-have-one-door': { from: 'src/modules/tokens/bad-job.ts', specifier: 'croner' },
  'redis-loads-on-first-use': {
    from: 'src/platform/redis/bad.module.ts',
    specifier: './redis-connection.js',
  },
  'outgoing-http-has-four-doors': { from: 'src/modules/users/bad-call.ts', specifier: 'undici' },
  'issuance-has-two-entry-points': {
    from: 'src/modules/auth/grants/bad.ts',
    specifier: '../issuance/lifetimes.js',
  },
  'issuance-knows-no-grant-type': {
    from: 'src/modules/auth/issuance/bad.ts',
    specifier: '../grants/a-grant.js',
  },
  'outgoing-http-and-routes-load-on-first-use': {
    from: 'src/modules/gateway/routes/file/bad.ts',
    specifier: 'yaml',
  },
  'no-circular': { from: 'src/platform/circle-a.ts', specifier: './circle-b.js' },
  'no-unresolvable': { from: 'src/platform/lost.ts', specifier: './nowhere.js' },
  'no-test-in-production': { from: 'src/platform/tested.ts', specifier: '../../test/support/server.js' },
  'declared-dependencies-only': { from: 'src/platform/undeclared.ts', specifier: 'avvio' },
  'no-dev-dependency': { from: 'src/platform/dev.ts', specifier: 'vitest' },
};

/** What the refused imports need to find. */
const BYSTANDERS: Record<string, string> = {
  'src/protocol/vocabulary.ts': 'export const word = 1;',
  'src/platform/plain.ts': 'export const plain = 1;',
  'src/platform/events/events.ts': 'export const events = 1;',
  'src/platform/redis/redis-connection.ts': 'export const connection = 1;',
  'src/platform/http/server.ts': 'export const server = 1;',
  'src/platform/circle-b.ts': "export { value } from './circle-a.js';",
  'src/modules/auth/grants/a-grant.ts': 'export const grant = 1;',
  'src/modules/auth/index.ts': 'export const auth = 1;',
  'src/modules/auth/issuance/lifetimes.ts': 'export const lifetimes = 1;',
  'src/modules/clients/index.ts': 'export const clients = 1;',
  'src/modules/tokens/index.ts': 'export const tokens = 1;',
  'src/modules/tokens/inside.ts': 'export const inside = 1;',
  'src/modules/tokens/persistence/store.ts': 'export const store = 1;',
  'src/modules/users/index.ts': 'export const users = 1;',
  'test/support/server.ts': 'export const server = 1;',
};

async function violationsIn(directory: string): Promise<{ rules: string[]; modules: number }> {
  const { output } = await cruise(
    ['src'],
    { ...config.options, baseDir: directory, ruleSet: { forbidden: config.forbidden }, validate: true },
    undefined,
    { tsConfig: extractTSConfig(join(ROOT, 'tsconfig.json')) },
  );
  if (typeof output === 'string') throw new Error(output);
  const { violations, totalCruised } = output.summary;
  return {
    rules: violations.map(({ rule, from }) => `${rule.name} ${from}`),
    modules: totalCruised,
  };
}

describe('the global fetch', () => {
  /** What the linter says of a file, under this path in a copy of the project's settings. */
  function lint(path: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'grantway-lint-'));
    try {
      copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), "export const answer = await fetch('http://upstream.example');\n");
      const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/oxlint'), [path], {
        cwd: folder,
        encoding: 'utf8',
      });
      return stdout;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it('is refused in src, where outgoing HTTP has its doors', () => {
    expect(lint('src/modules/users/bad.ts')).toMatch(/no-restricted-globals.*fetch/s);
  });

  it.each(['src/modules/users/good.spec.ts', 'test/good.ts'])('is let be in %s', (path) => {
    expect(lint(path)).toContain('Found 0 warnings and 0 errors.');
  });
});

describe('the boundaries between modules', () => {
  let bad: string;
  let refused: string[];

  beforeAll(async () => {
    bad = mkdtempSync(join(tmpdir(), 'grantway-boundaries-'));
    symlinkSync(join(ROOT, 'node_modules'), join(bad, 'node_modules'));
    for (const file of ['package.json', 'tsconfig.json']) symlinkSync(join(ROOT, file), join(bad, file));
    const files = {
      ...BYSTANDERS,
      ...Object.fromEntries(
        Object.values(REFUSED).map(({ from, specifier }) => [
          from,
          `import '${specifier}';\nexport const value = 1;\n`,
        ]),
      ),
    };
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(bad, file)), { recursive: true });
      writeFileSync(join(bad, file), text);
    }
    ({ rules: refused } = await violationsIn(bad));
  });

  afterAll(() => rmSync(bad, { recursive: true }));

  // Reading every file takes a dozen seconds, and more on machines that are busy.
  it('hold in this repository, of which the check sees every file', { timeout: 120_000 }, async () => {
    const { rules, modules } = await violationsIn(ROOT);
    expect(rules).toEqual([]);
    expect(modules).toBeGreaterThan(150);
  });

  it.each(config.forbidden.map(({ name }) => ({ name: name! })))(
    'are guarded by $name, which can fail',
    ({ name }) => {
      const example = REFUSED[name];
      expect(example, 'every rule has an import that it refuses').toBeDefined();
      expect(refused).toContain(`${name} ${example!.from}`);
    },
  );
});
