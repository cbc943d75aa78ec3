import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from './config.js';
import { ConfigurationError, type Environment } from './environment.js';

const KEY = randomBytes(32).toString('hex');

/** The least that production takes. */
const PRODUCTION = { NODE_ENV: 'production', ISSUER: 'https://as.example', ENCRYPTION_KEY: KEY };

function mistakesOf(environment: Environment): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
}

/** The variables that mistakes are reported for, in their order. */
function refused(environment: Environment): string[] {
  return mistakesOf(environment).map((mistake) => /^[A-Z_]+/.exec(mistake)![0]);
}

describe('the configuration', () => {
  it('needs nothing at all', () => {
    const { server, database, tokens, encryption, bootstrap } = loadConfig({});
    expect(server).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      issuer: 'http://localhost:3000',
      docs: true,
    });
    expect(database).toEqual({ url: undefined, dataDir: './data', poolSize: 10, pooler: 'session' });
    expect(tokens).toMatchObject({
      audience: 'http://localhost:3000',
      accessTokenTtl: 300,
      refreshLeeway: 10,
    });
    expect(encryption.key).toBeUndefined();
    expect(bootstrap).toMatchObject({ clientId: 'grantway', username: 'admin', output: 'terminal' });
  });

  it('takes PORT into the default issuer, and the issuer into the default audience', () => {
    expect(loadConfig({ PORT: '4000' }).server.issuer).toBe('http://localhost:4000');
    expect(loadConfig({ ISSUER: 'https://as.example' }).tokens.audience).toBe('https://as.example');
  });

  it('takes an empty variable for one that is not set', () => {
    const names = [
      'PORT',
      'ISSUER',
      'DATABASE_URL',
      'ENCRYPTION_KEY',
      'ALLOWED_HOSTS',
      'TRUSTED_PROXIES',
      'DOCS',
      'GRANT_TTL',
    ];
    expect(loadConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(loadConfig({}));
  });

  it('answers for the hosts of its own origins without being told', () => {
    const allowed = (environment: Environment): readonly string[] =>
      loadConfig(environment).server.allowedHosts;
    expect(allowed({})).toEqual(['localhost']);
    const origins = { ISSUER: 'https://as.example:8443', AUDIENCE: 'https://api.example' };
    expect(allowed(origins)).toEqual(['localhost', 'as.example', 'api.example']);
    expect(allowed({ ...origins, ALLOWED_HOSTS: 'Node-1, as.example' })).toEqual([
      ...['localhost', 'as.example', 'api.example', 'node-1'],
    ]);
  });

  it('lets nobody ask for decisions unless it is told who, whatever proxies are trusted besides', () => {
    expect(loadConfig({ TRUSTED_PROXIES: '127.0.0.1' }).gateway.forwardAuthProxies).toEqual([]);
    expect(loadConfig({ FORWARD_AUTH_PROXIES: '10.0.0.1,::1' }).gateway.forwardAuthProxies).toEqual([
      '10.0.0.1',
      '::1',
    ]);
  });

  it('does not change any more, however deep', () => {
    const config = loadConfig({ ENCRYPTION_KEY: KEY });
    expect(() => Object.assign(config, { server: {} })).toThrow(TypeError);
    for (const group of Object.values(config))
      expect(() => Object.assign(group, { port: 1 })).toThrow(TypeError);
    expect(() => (config.server.allowedHosts as string[]).push('evil.example')).toThrow(TypeError);
    expect(() => (config.gateway.forwardAuthProxies as string[]).push('0.0.0.0/0')).toThrow(TypeError);
    expect(() => Object.assign(config.gateway.identityTls, { ca: 'another' })).toThrow(TypeError);
  });

  it('reports every mistake at once, by name and never by value', () => {
    const wrong = {
      HOST: 'http://canary',
      PORT: 'canary',
      ISSUER: 'canary',
      AUDIENCE: 'canary',
      ALLOWED_HOSTS: 'canary:80',
      TRUSTED_PROXIES: 'canary',
      FORWARD_AUTH_PROXIES: 'canary',
      CORS_ORIGINS: 'canary',
      DOCS: 'canary',
      LOG_LEVEL: 'canary',
      DATABASE_URL: 'mysql://canary',
      DATABASE_POOL_SIZE: 'canary',
      DATABASE_POOLER: 'canary',
      ACCESS_TOKEN_TTL: 'canary',
      REFRESH_TOKEN_TTL: 'canary',
      GRANT_TTL: 'canary',
      REFRESH_LEEWAY: 'canary',
      ENCRYPTION_KEY: 'canary',
      BOOTSTRAP_CLIENT_ID: 'canary canary',
      BOOTSTRAP_CLIENT_SECRET: 'canary',
      ROLES: 'canary',
      NODE_ENV: 'canary',
      HOST_INSECURE: 'canary',
      DATABASE_URL_INSECURE: 'canary',
    };
    expect(refused(wrong).toSorted()).toEqual(Object.keys(wrong).toSorted());
    expect(() => loadConfig(wrong)).toThrow(/^The configuration is not usable:\n {2}- /);
    expect(mistakesOf(wrong).join('\n')).not.toContain('canary');
  });

  it.each<[string, string[], string[]]>([
    [
      'HOST',
      ['127.0.0.1', '127.1.2.3', '::1', 'localhost'],
      ['http://as', 'a b', '-as', 'as:80', '[::1]', '0.0.0.0', '::', '192.0.2.1', 'as-1.example'],
    ],
    ['NODE_ENV', ['development', 'test'], ['prod', 'Production', 'staging']],
    ['PORT', ['1', '65535'], ['0', '65536', '-1', '3000.0', '3e3', '0x10', ' 80', '80 ']],
    [
      'ISSUER',
      ['https://as.example', 'http://localhost:1', 'https://as.example:8443'],
      [
        'https://as.example/',
        'https://as.example/path',
        'https://as.example?a',
        'https://AS.example',
        'ftp://as',
      ],
    ],
    ['AUDIENCE', ['https://api.example'], ['api', 'https://api.example/', 'urn:api']],
    [
      'ALLOWED_HOSTS',
      ['as.example', 'as.example, node-1,10.0.0.1', 'as_1', '*'],
      ['as.example:443', 'https://as.example', '*.example', 'a b', '-as', '[::1]'],
    ],
    [
      'TRUSTED_PROXIES',
      ['10.0.0.1', '10.0.0.0/8, 2001:db8::/32', '::1'],
      ['10.0.0.0/33', '10.0.0', 'loopback', '10.0.0.0/8/8', '2001:db8::/129', '10.0.0.0/'],
    ],
    [
      'FORWARD_AUTH_PROXIES',
      ['10.0.0.1', '10.0.0.0/8, 2001:db8::/32', '::1'],
      ['10.0.0.0/33', 'localhost', '*', 'true'],
    ],
    [
      'CORS_ORIGINS',
      ['https://a.example,http://b.example:81'],
      ['*', 'null', 'https://a.example/', 'a.example'],
    ],
    ['DOCS', ['on', 'off'], ['true', 'ON']],
    ['LOG_LEVEL', ['silent', 'trace'], ['verbose', 'INFO']],
    [
      'DATABASE_URL',
      ['postgres://u:p@h/d', 'postgresql://h/d?sslmode=verify-full'],
      ['h', 'postgres:', 'http://h'],
    ],
    ['DATABASE_POOL_SIZE', ['2', '1000'], ['1', '1001']],
    ['KEEP_ALIVE_TIMEOUT', ['1', '3600'], ['0', '3601']],
    ['MAX_HEADER_BYTES', ['8193', '262144'], ['4095', '262145']],
    ['MAX_TARGET_LENGTH', ['1024', '16383'], ['1023', '16384', '131073']],
    ['ACCESS_TOKEN_TTL', ['1', '3600'], ['0', '3601']],
    ['REFRESH_TOKEN_TTL', ['1', '2592000'], ['0', '2592001']],
    ['GRANT_TTL', ['1', '2592000'], ['0', '2592001']],
    ['REFRESH_LEEWAY', ['0', '60'], ['-1', '61', '1.5']],
    ['BOOTSTRAP_CLIENT_ID', ['a', 'A-Z.a_z~0'], ['a b', 'ä', 'a:b', '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10']],
    [
      'BOOTSTRAP_CLIENT_SECRET',
      ['0123456789abcdef'],
      ['0123456789abcde', '0123456789abcde+', 'x'.repeat(257)],
    ],
    [
      'ROLES',
      ['identity,oauth,api', 'api, oauth, identity', 'identity,oauth'],
      ['nobody', 'identity,oauth;api', 'Identity'],
    ],
  ])('takes for %s what makes sense, and nothing else', (name, good, bad) => {
    for (const value of good) expect([value, mistakesOf({ [name]: value })]).toEqual([value, []]);
    for (const value of bad) expect([value, refused({ [name]: value })]).toEqual([value, [name]]);
  });

  it('leaves room in a header for a request target and what follows it', () => {
    expect(refused({ MAX_HEADER_BYTES: '8192' })).toEqual(['MAX_TARGET_LENGTH']);
    expect(mistakesOf({ MAX_HEADER_BYTES: '65536', MAX_TARGET_LENGTH: '32768' })).toEqual([]);
  });

  it.each([
    ['hex', 'aB'.repeat(32)],
    ['base64', Buffer.alloc(32, 0xfb).toString('base64')],
    ['base64url', Buffer.alloc(32, 0xfb).toString('base64url')],
  ])('takes an ENCRYPTION_KEY of 32 bytes in %s', (_, key) => {
    expect(loadConfig({ ENCRYPTION_KEY: key }).encryption.key).toHaveLength(32);
  });

  it.each([
    'ab'.repeat(31),
    'zz'.repeat(32),
    Buffer.alloc(31).toString('base64'),
    'a'.repeat(42),
    `${'a'.repeat(40)} aa=`,
  ])('refuses as ENCRYPTION_KEY what is shorter, longer or neither: %s', (key) =>
    expect(refused({ ENCRYPTION_KEY: key })).toEqual(['ENCRYPTION_KEY']),
  );

  describe('in production', () => {
    it('needs an issuer and an encryption key', () => {
      expect(mistakesOf(PRODUCTION)).toEqual([]);
      expect(refused({ ...PRODUCTION, ENCRYPTION_KEY: '' })).toEqual(['ENCRYPTION_KEY']);
    });

    it('refuses an http issuer unless its host is loopback', () => {
      expect(refused({ ...PRODUCTION, ISSUER: 'http://as.example' })).toEqual(['ISSUER']);
      expect(refused({ ...PRODUCTION, ISSUER: 'http://127.evil.example' })).toEqual(['ISSUER']);
      for (const ISSUER of ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000']) {
        expect(mistakesOf({ ...PRODUCTION, ISSUER })).toEqual([]);
      }
      expect(mistakesOf({ ISSUER: 'http://as.example' })).toEqual([]);
    });

    it('wants a longer client secret', () => {
      const secret = KEY.slice(0, 31);
      expect(refused({ ...PRODUCTION, BOOTSTRAP_CLIENT_SECRET: secret })).toEqual([
        'BOOTSTRAP_CLIENT_SECRET',
      ]);
      expect(mistakesOf({ ...PRODUCTION, BOOTSTRAP_CLIENT_SECRET: KEY })).toEqual([]);
    });

    it('refuses a DATABASE_URL without a host, for which pg would take PGHOST', () => {
      for (const url of ['postgres:///a', 'postgres:///a?host=', 'postgres://user@/a']) {
        expect([url, mistakesOf({ DATABASE_URL: url }).join()]).toEqual([
          url,
          expect.stringMatching(/DATABASE_URL must (name a host|be a postgres)/),
        ]);
      }
    });

    it.each(['ENCRYPTION_KEY', 'INTERNAL_SECRET', 'INTERNAL_SECRET_PREVIOUS', 'BOOTSTRAP_CLIENT_SECRET'])(
      'refuses a worthless %s, and never repeats it',
      (name) => {
        const others = { ...PRODUCTION, INTERNAL_SECRET: KEY };
        for (const worthless of ['0'.repeat(64), 'ab'.repeat(32), '0123456789abcdef'.repeat(4)]) {
          const mistakes = mistakesOf({ ...others, [name]: worthless });
          expect(mistakes).toHaveLength(1);
          expect(mistakes[0]).toContain(`${name} is too easy to guess`);
          expect(mistakes[0]).not.toContain(worthless);
          const { NODE_ENV: _, ...trial } = others;
          expect(mistakesOf({ ...trial, [name]: worthless })).toEqual([]);
        }
      },
    );

    it('listens for other machines without an opt-in, which only a trial needs', () => {
      expect(mistakesOf({ ...PRODUCTION, HOST: '0.0.0.0' })).toEqual([]);
      expect(mistakesOf({ HOST: '0.0.0.0' })).toEqual([expect.stringContaining('HOST_INSECURE=allow')]);
      expect(mistakesOf({ HOST: '0.0.0.0', HOST_INSECURE: 'allow' })).toEqual([]);
    });

    it.each<[string, string[], string[]]>([
      ['API_URL', ['https://api.example', 'http://127.0.0.1:1', 'http://[::1]:1'], ['http://api.example']],
      [
        'REDIS_URL',
        ['rediss://cache.example', 'redis://localhost', 'redis://[::1]'],
        ['redis://cache.example'],
      ],
      [
        'DATABASE_URL',
        [
          'postgres://db.example/a?sslmode=verify-full',
          'postgres://db.example/a?sslmode=require',
          'postgres://db.example/a?ssl=true',
          'postgres://db.example/a?uselibpqcompat=true&sslmode=verify-ca',
          'postgres://localhost/a',
          'postgres://[::1]:5433/a',
          'postgres:///a?host=/run/postgresql',
          'postgres://%2Frun%2Fpostgresql/a',
        ],
        [
          'postgres://db.example/a',
          'postgres://db.example/a?sslmode=disable',
          'postgres://db.example/a?sslmode=no-verify',
          'postgres://db.example/a?sslmode=no-verify&ssl=true',
          'postgres://db.example/a?uselibpqcompat=true&sslmode=require',
          'postgres://db.example/a?sslmode=verify-full&sslmode=disable',
          'postgres://localhost/a?host=db.example',
        ],
      ],
    ])('refuses a %s that is read on the network unless that is allowed by name', (name, good, bad) => {
      for (const url of good) expect([url, mistakesOf({ ...PRODUCTION, [name]: url })]).toEqual([url, []]);
      for (const url of bad) {
        const mistakes = mistakesOf({ ...PRODUCTION, [name]: url });
        expect([url, mistakes]).toEqual([url, [expect.stringContaining(`${name}_INSECURE=allow`)]]);
        expect(mistakesOf({ ...PRODUCTION, [name]: url, [`${name}_INSECURE`]: 'allow' })).toEqual([]);
        expect(mistakesOf({ [name]: url })).toEqual([]);
      }
    });

    it('serves no documentation unless told to', () => {
      expect(loadConfig(PRODUCTION).server.docs).toBe(false);
      expect(loadConfig({ ...PRODUCTION, DOCS: 'on' }).server.docs).toBe(true);
    });
  });

  describe('from files', () => {
    let directory: string;

    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'grantway-config-'));
    });

    afterAll(() => rmSync(directory, { recursive: true }));

    function aFile(text: string): string {
      const path = join(
        directory,
        `${Math.abs(text.length)}-${Buffer.from(text).toString('hex').slice(0, 16)}`,
      );
      writeFileSync(path, text);
      return path;
    }

    it('is the same as from variables, without the line break at the end', () => {
      const config = loadConfig({
        ENCRYPTION_KEY_FILE: aFile(`${KEY}\n`),
        DATABASE_URL_FILE: aFile('postgres://user:secret@db/grantway\r\n'),
        BOOTSTRAP_PASSWORD_FILE: aFile(' pass with edges \n'),
        PORT_FILE: aFile('4000'),
      });
      expect(config.encryption.key!.toString('hex')).toBe(KEY);
      expect(config.database.url).toBe('postgres://user:secret@db/grantway');
      expect(config.bootstrap.password).toBe(' pass with edges ');
      expect(config.server.port).toBe(4000);
    });

    it.each(['TLS_CLIENT_CA', 'GATEWAY_CA', 'REDIS_URL', 'DATABASE_URL', 'BOOTSTRAP_PASSWORD'])(
      'is a mistake when the file is empty, and does not leave the process without %s',
      (name) => {
        for (const text of ['', '\n', '\r\n'])
          expect(mistakesOf({ [`${name}_FILE`]: aFile(text) })).toEqual([
            `${name}_FILE names a file that is empty.`,
          ]);
      },
    );

    it('is a mistake when the file cannot be read, named without its path', () => {
      const mistakes = mistakesOf({
        ENCRYPTION_KEY_FILE: '/nowhere/canary',
        BOOTSTRAP_PASSWORD_FILE: directory,
      });
      expect(mistakes).toHaveLength(2);
      expect(mistakes[0]).toMatch(/^ENCRYPTION_KEY_FILE /);
      expect(mistakes[1]).toMatch(/^BOOTSTRAP_PASSWORD_FILE /);
      expect(mistakes.join()).not.toMatch(/canary|grantway-config/);
    });

    it('is a mistake when the variable is set as well', () => {
      expect(refused({ ENCRYPTION_KEY: KEY, ENCRYPTION_KEY_FILE: aFile(KEY) })).toEqual(['ENCRYPTION_KEY']);
    });

    it.skipIf(process.platform === 'win32')('is a mistake when every user may change the file', () => {
      const file = aFile(KEY);
      chmodSync(file, 0o666);
      expect(mistakesOf({ ENCRYPTION_KEY_FILE: file })).toEqual([
        'ENCRYPTION_KEY_FILE names a file that every user may change: chmod o-w it.',
      ]);
      chmodSync(file, 0o644);
      expect(mistakesOf({ ENCRYPTION_KEY_FILE: file })).toEqual([]);
    });

    it('is a mistake when the value in the file is one, by name and not by value', () => {
      const mistakes = mistakesOf({ ENCRYPTION_KEY_FILE: aFile('canary') });
      expect(mistakes).toHaveLength(1);
      expect(mistakes[0]).toMatch(/^ENCRYPTION_KEY /);
      expect(mistakes[0]).not.toContain('canary');
    });
  });
});
