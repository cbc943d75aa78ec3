import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, signIn } from '../../support/http.js';
import { type Home, aHome, endProcesses, startProcess } from '../../support/process.js';
import { freePort } from '../../support/server.js';

const KEY = randomBytes(32).toString('hex');

describe('the configuration of a process', () => {
  let home: Home;

  beforeEach(() => {
    home = aHome();
  });

  afterEach(async () => {
    await endProcesses();
    home.remove();
  });

  /** What a process says that must not start, on standard error alone. */
  async function complaintOf(environment: Record<string, string>): Promise<string> {
    const refused = await startProcess({ home, environment });
    expect(await refused.ended).toBe(1);
    expect(refused.stderr).toMatch(/^Grantway could not start\. /);
    expect(refused.stderr + refused.stdout).not.toMatch(/^\s+at .*:\d+/m);
    // What is told is not logged as well.
    expect(refused.stdout).not.toMatch(/"level":[56]0/);
    expect(refused.stderr + refused.stdout).not.toContain('canary');
    return refused.stderr;
  }

  it('that is wrong is refused whole: every mistake by name, none by value', async () => {
    const complaint = await complaintOf({
      PORT: 'canary',
      ISSUER: 'ftp://canary',
      DATABASE_URL: 'mysql://canary:canary@db',
      TRUSTED_PROXIES: 'canary',
      ENCRYPTION_KEY: 'canary',
      BOOTSTRAP_CLIENT_SECRET: 'canary',
      BOOTSTRAP_PASSWORD_FILE: '/nowhere/canary',
      REFRESH_LEEWAY: 'canary',
    });
    expect([...complaint.matchAll(/^ {2}- ([A-Z_]+) /gm)].map(([, name]) => name).toSorted()).toEqual([
      'BOOTSTRAP_CLIENT_SECRET',
      'BOOTSTRAP_PASSWORD_FILE',
      'DATABASE_URL',
      'ENCRYPTION_KEY',
      'ISSUER',
      'PORT',
      'REFRESH_LEEWAY',
      'TRUSTED_PROXIES',
    ]);
  });

  it('in production needs an encryption key and an https issuer', async () => {
    const complaint = await complaintOf({ NODE_ENV: 'production', ISSUER: 'http://canary.example' });
    expect(complaint).toContain('ENCRYPTION_KEY must be set in production');
    expect(complaint).toContain('ISSUER must be an https URL in production');
  });

  it('may come from files, which are read once', async () => {
    const secret = 'a-client-secret-that-was-chosen-x';
    const password = 'seven green bicycles sing';
    const inFile = (name: string, text: string) => {
      const path = join(home.folder, name);
      writeFileSync(path, text);
      return path;
    };
    const server = await startProcess({
      home,
      environment: {
        NODE_ENV: 'production',
        ISSUER: 'https://as.example',
        ENCRYPTION_KEY_FILE: inFile('key', `${KEY}\n`),
        BOOTSTRAP_CLIENT_SECRET_FILE: inFile('secret', `${secret}\n`),
        BOOTSTRAP_PASSWORD_FILE: inFile('password', password),
      },
    });
    await server.listening();
    const answer = await signIn(server, { id: 'grantway', secret }, { username: 'admin', password });
    expect(answer.status).toBe(200);
    expect(server.stdout + server.stderr).not.toMatch(new RegExp(`${secret}|${password}|${KEY}`));
  });

  /** The same of a first start, which must write nothing. */
  async function complaintOfFirst(environment: Record<string, string>): Promise<string> {
    const dataDir = join(home.folder, 'none-yet');
    const complaint = await complaintOf({ ...environment, DATA_DIR: dataDir });
    expect(existsSync(dataDir)).toBe(false);
    return complaint;
  }

  it('with a port that is in use says so, and writes nothing', async () => {
    const neighbour = aHome();
    const taken = await startProcess({ home: neighbour });
    await taken.listening();
    const complaint = await complaintOfFirst({ PORT: String(taken.port) });
    expect(complaint).toContain(`127.0.0.1:${taken.port} of HOST and PORT is in use by another process.`);
    expect((await call(taken, '/health/ready')).status).toBe(200);
    neighbour.remove();
  });

  it.each([
    ['192.0.2.1', 'of HOST and PORT is not an address of this machine.'],
    ['host.invalid', 'of HOST and PORT cannot be resolved'],
  ])('with the host %s says so, and writes nothing', async (HOST, complaint) => {
    expect(await complaintOfFirst({ HOST, HOST_INSECURE: 'allow' })).toContain(complaint);
  });

  it('with an output for credentials that cannot be written says so, and writes nothing', async () => {
    const complaint = await complaintOfFirst({ BOOTSTRAP_OUTPUT: join(home.folder, 'absent', 'file') });
    expect(complaint).toContain('BOOTSTRAP_OUTPUT names a file that cannot be written (ENOENT).');
  });

  it('names a weak password of the first administrator beside mistakes that hide the database', async () => {
    const complaint = await complaintOf({ DATABASE_URL: 'mysql://x', BOOTSTRAP_PASSWORD: 'short' });
    expect(complaint).toContain('DATABASE_URL');
    expect(complaint).toContain('BOOTSTRAP_PASSWORD');
  });

  it('with a database that does not answer says so soon, without its password', async () => {
    const began = performance.now();
    const complaint = await complaintOf({
      DATABASE_URL: `postgres://user:canary@127.0.0.1:${await freePort()}/grantway`,
    });
    expect(complaint).toContain('ECONNREFUSED');
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it('with a data directory that cannot be one says so', async () => {
    const file = join(home.folder, 'file');
    writeFileSync(file, '');
    expect(await complaintOf({ DATA_DIR: file })).toContain(
      'DATA_DIR names something that is not a directory.',
    );
  });

  it('with a data directory that another process uses says so', async () => {
    const first = await startProcess({ home });
    await first.listening();
    expect(await complaintOf({})).toMatch(
      /^Grantway could not start\. The data directory .* is in use by another process\./,
    );
    expect((await call(first, '/health/ready')).status).toBe(200);
  });

  it('with a routes file that is not usable says where, and warns of nothing that comes after', async () => {
    const file = join(home.folder, 'routes.yaml');
    const environment = {
      ...{ ROLES: 'gateway,oauth', INTERNAL_SECRET: KEY, ROUTES_FILE: file },
      ...{ IDENTITY_URL: 'http://127.0.0.1:9', API_URL: 'http://127.0.0.1:9' },
    };
    const refused = await startProcess({ home, environment });
    expect(await refused.ended).toBe(1);
    expect(refused.stderr).toContain('\n  - the file that ROUTES_FILE names cannot be read (ENOENT)\n');
    expect(refused.stdout).not.toMatch(/"level":[456]0/);
    writeFileSync(file, 'routes:\n  - id: canary\n    scopes: [canary\n    path: /canary\n');
    expect(await complaintOf(environment)).toMatch(
      /^ {2}- ROUTES_FILE, line 4, column \d+: is not valid YAML here; a bracket or quote above may be open/m,
    );
  });

  it('is refused in one list, whatever is wrong: variables, files that they name, the first administrator', async () => {
    const file = join(home.folder, 'routes.yaml');
    writeFileSync(file, 'routes:\n  - { id: a, path: /a/**, upstream: "http://192.0.2.1", public: 7 }\n');
    const dataDir = join(home.folder, 'not', 'there');
    const complaint = await complaintOf({
      NODE_ENV: 'production',
      ISSUER: 'https://as.example',
      ENCRYPTION_KEY: '0'.repeat(64),
      DATA_DIR: dataDir,
      ROLES: 'identity,oauth,gateway',
      ROUTES_FILE: file,
      REFRESH_LEEWAY: 'canary',
      TLS_CERT: '-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----',
      TLS_KEY: '-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----',
      BOOTSTRAP_USERNAME: 'canary\u200b',
      BOOTSTRAP_PASSWORD: 'canary',
    });
    for (const part of [
      'REFRESH_LEEWAY must be',
      'ENCRYPTION_KEY is too easy to guess',
      'TLS_KEY is not the key of the certificate',
      'ROUTES_FILE, line 2, column',
      'BOOTSTRAP_CLIENT_SECRET is not set',
      'BOOTSTRAP_PASSWORD: The password must have at least 15 characters.',
    ]) {
      expect(complaint).toContain(
        `\n  - ${part.startsWith('BOOTSTRAP_CLIENT') ? 'The database is empty and ' : ''}${part}`,
      );
    }
    expect(existsSync(join(home.folder, 'not'))).toBe(false);
  });

  it('is refused in one list when routes claim paths that only the application knows', async () => {
    const file = join(home.folder, 'routes.yaml');
    writeFileSync(file, 'routes:\n  - { id: a, path: /token, upstream: "http://127.0.0.1:9" }\n');
    const complaint = await complaintOf({
      ROLES: 'identity,oauth,gateway',
      ROUTES_FILE: file,
      BOOTSTRAP_PASSWORD: 'canary',
    });
    expect(complaint).toMatch(/^ {2}- ROUTES_FILE, line 2, column \d+, \/routes\/0\/path: /m);
    expect(complaint).toMatch(/^ {2}- BOOTSTRAP_PASSWORD: /m);
  });

  it('is refused before anything is written: a first start that fails leaves no data directory', async () => {
    const dataDir = join(home.folder, 'not-there');
    const environment = { DATA_DIR: dataDir, NODE_ENV: 'production', ENCRYPTION_KEY: KEY };
    const complaint = await complaintOf(environment);
    expect(complaint).toContain('BOOTSTRAP_CLIENT_SECRET and BOOTSTRAP_PASSWORD are not set');
    expect(existsSync(dataDir)).toBe(false);
  });

  it('with another encryption key than the one the keys were sealed with says so', async () => {
    const first = await startProcess({ home, environment: { ENCRYPTION_KEY: KEY } });
    await first.listening();
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(await complaintOf({ ENCRYPTION_KEY: 'cd'.repeat(32) })).toContain('ENCRYPTION_KEY');
  });
});
