import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { bearer, call, signIn } from '../../support/http.js';
import {
  HAS_PROC,
  type Home,
  type ServerProcess,
  aHome,
  childrenOf,
  descendantsOf,
  endProcesses,
  isRunning,
  startProcess,
} from '../../support/process.js';

const CLIENT = { id: 'grantway', secret: 'a-client-secret-that-was-chosen-x' };
const ADMINISTRATOR = { username: 'admin', password: 'seven green bicycles sing' };
const CHOSEN = {
  BOOTSTRAP_CLIENT_SECRET: CLIENT.secret,
  BOOTSTRAP_PASSWORD: ADMINISTRATOR.password,
};

const READY = 'all three are ready';

describe('scripts/start-gateway.mjs', { timeout: 120_000 }, () => {
  let home: Home;
  let port: number;
  let started: ServerProcess[] = [];

  beforeEach(async () => {
    home = aHome();
    port = await threePorts();
    // What PostgreSQL itself makes first takes seconds and is always the same.
    const empty = inject('emptyDataDirectory');
    if (empty === undefined) return;
    for (const name of ['gateway', 'identity', 'api'])
      cpSync(empty, join(dataDir(), name), { recursive: true });
  });

  afterEach(async () => {
    for (const script of started) script.signal('SIGTERM');
    await Promise.all(started.map(({ ended }) => ended));
    started = [];
    await endProcesses();
    home.remove();
  });

  const dataDir = (): string => join(home.folder, 'topology');

  async function start(environment: Record<string, string> = {}, terminal = false): Promise<ServerProcess> {
    const script = await startProcess({
      ...{ home, port, terminal },
      script: 'scripts/start-gateway.mjs',
      environment: { DATA_DIR: dataDir(), ...environment },
    });
    started.push(script);
    return script;
  }

  /** That nobody listens any more where the three did. */
  async function expectGone(): Promise<void> {
    for (const at of [port, port + 1, port + 2]) {
      await expect(fetch(`http://127.0.0.1:${at}/health/live`)).rejects.toThrow('fetch failed');
    }
  }

  /** Which of the three have their database open, or left it open: PostgreSQL's own mark, gone after an orderly stop. */
  function openDatabases(): string[] {
    return ['gateway', 'identity', 'api'].filter((name) =>
      existsSync(join(dataDir(), name, 'postgres', 'postmaster.pid')),
    );
  }

  const shownIn = (text: string) => ({
    secrets: [...text.matchAll(/^ +client_secret +(\S+)$/gm)].map(([, secret]) => secret!),
    passwords: [...text.matchAll(/^ +password +(\S+)$/gm)].map(([, password]) => password!),
  });

  it('in a terminal starts three processes, shows credentials once, and lines that work when pasted', async () => {
    const script = await start({}, true);
    await script.says(READY);
    const { secrets, passwords } = shownIn(script.stdout);
    expect([secrets.length, passwords.length]).toEqual([1, 1]);
    for (const [at, name] of ['gateway, oauth', 'identity', 'api'].entries()) {
      expect(script.stdout).toMatch(new RegExp(`^ +${name} +http://127\\.0\\.0\\.1:${port + at} `, 'm'));
      expect((await call({ origin: `http://127.0.0.1:${port + at}` }, '/health/ready')).status).toBe(200);
    }

    const lines = [...script.stdout.matchAll(/^ {4}((?:TOKEN=|curl ).*)$/gm)].map(([, line]) => line!);
    expect(lines).toHaveLength(4);
    const pasted = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', lines.join('\n')], {
      env: { PATH: process.env.PATH },
    });
    const [created, list, direct] = pasted.stdout.trim().split('\n');
    expect(JSON.parse(list!).items).toEqual([JSON.parse(created!)]);
    // The last line goes past the gateway.
    expect(direct).toMatch(/^HTTP\/1\.1 401 /);

    for (const line of script.stdout
      .split('\n')
      .filter((text) => /^(gateway|identity|api) +\| \{/.test(text))) {
      expect(() => JSON.parse(line.slice(line.indexOf('{')))).not.toThrow();
      expect(line).not.toContain(secrets[0]);
      expect(line).not.toContain(passwords[0]);
    }
    script.type('\u0003');
    expect(await script.ended).toBe(0);
    await expectGone();
  });

  it('shows no credentials the second time, and the first ones are still good', async () => {
    const first = await start({}, true);
    await first.says(READY);
    const { secrets, passwords } = shownIn(first.stdout);
    first.type('\u0003');
    expect(await first.ended).toBe(0);

    const second = await start({}, true);
    await second.says(READY);
    expect(shownIn(second.stdout)).toEqual({ secrets: [], passwords: [] });
    expect(second.stdout).not.toContain(secrets[0]);
    expect(second.stdout).not.toContain(passwords[0]);
    const client = { id: 'grantway', secret: secrets[0] };
    expect((await signIn(second, client, { username: 'admin', password: passwords[0]! })).status).toBe(200);
  });

  it('joins the three: their pages may call the gateway, and a request has one id throughout', async () => {
    const script = await start(CHOSEN);
    await script.says(READY);
    for (const host of ['localhost', '127.0.0.1']) {
      for (const at of [port + 1, port + 2]) {
        const origin = `http://${host}:${at}`;
        const { headers } = await call(script, '/token', {
          method: 'OPTIONS',
          headers: {
            ...{ Origin: origin, 'Access-Control-Request-Method': 'POST' },
            'Access-Control-Request-Headers': 'authorization,x-requested-with',
          },
        });
        expect(headers.get('Access-Control-Allow-Origin')).toBe(origin);
        expect(headers.get('Access-Control-Allow-Headers')).toMatch(/\bX-Requested-With\b/);
      }
    }
    const scope = 'resources:read users:read';
    const { access_token: token } = (await signIn(script, CLIENT, ADMINISTRATOR, scope)).json;
    for (const path of ['/api/resources', '/admin/users']) {
      const refused = await bearer(script, token, `${path}/019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10`);
      expect(refused).toMatchObject({
        status: 404,
        json: { request_id: refused.headers.get('X-Request-Id') },
      });
    }
  });

  // Another address of this machine, as Linux has them: whoever asks there could as well be elsewhere.
  it.runIf(process.platform === 'linux')('lets nobody past the gateway, wherever that listens', async () => {
    const script = await start({ ...CHOSEN, HOST: '0.0.0.0', HOST_INSECURE: 'allow' });
    await script.says(READY);
    const statusAt = async (own: number): Promise<number | string> =>
      fetch(`http://127.0.0.2:${own}/health/live`).then(
        ({ status }) => status,
        ({ cause }: Error) => (cause as { code: string }).code,
      );
    expect([await statusAt(port), await statusAt(port + 1), await statusAt(port + 2)]).toEqual([
      ...[200, 'ECONNREFUSED', 'ECONNREFUSED'],
    ]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops all three with 0 on %s', async (signal) => {
    const script = await start(CHOSEN);
    await script.says(READY);
    expect((await signIn(script, CLIENT, ADMINISTRATOR)).status).toBe(200);
    script.signal(signal);
    expect(await script.ended).toBe(0);
    for (const name of ['gateway ', 'identity', 'api     ']) {
      expect(script.stdout).toMatch(new RegExp(`^${name} \\| .*"msg":"stopping"`, 'm'));
    }
    expect(script.stderr).toBe('');
    await expectGone();
  });

  it.each(['"level"', '"msg":"listening"'])(
    'stops all three with 0 before they are ready, when one has said %s',
    async (text) => {
      const script = await start(CHOSEN);
      await script.says(text);
      script.signal('SIGTERM');
      expect(await script.ended).toBe(0);
      expect(script.stdout).not.toContain(READY);
      await expectGone();
    },
  );

  describe('on SIGHUP', () => {
    it('goes on where there is no file of routes to read again', async () => {
      const script = await start(CHOSEN);
      await script.says(READY);
      script.signal('SIGHUP');
      // What is let pass leaves no trace to wait for; what it ended would be gone by then.
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await signIn(script, CLIENT, ADMINISTRATOR)).status).toBe(200);
      script.signal('SIGTERM');
      expect(await script.ended).toBe(0);
      expect(script.stderr).toBe('');
    });

    it('has the gateway read its file of routes again', async () => {
      const file = join(home.folder, 'routes.yaml');
      writeFileSync(
        file,
        'routes:\n- { id: api, path: /api/**, audience: x, upstream: "http://127.0.0.1:9" }\n',
      );
      const script = await start({ ...CHOSEN, ROUTES_FILE: file });
      await script.says(READY);
      script.signal('SIGHUP');
      await script.says('"routes reloaded"');
      expect(script.stdout).toMatch(/^gateway {2}\| .*"reason":"SIGHUP".*"msg":"routes reloaded"/m);
      script.signal('SIGTERM');
      expect(await script.ended).toBe(0);
    });

    it.each<[string, Record<string, string>]>([
      ['without', {}],
      ['with', { ROUTES_FILE: 'routes.yaml' }],
    ])('stops all three in order when its terminal is closed, %s a file of routes', async (_, routes) => {
      writeFileSync(
        join(home.folder, 'routes.yaml'),
        'routes:\n- { id: api, path: /api/**, audience: x, upstream: "http://127.0.0.1:9" }\n',
      );
      const script = await start({ ...CHOSEN, ...routes }, true);
      await script.says(READY);
      expect(openDatabases()).toHaveLength(3);
      const pids = HAS_PROC ? descendantsOf(script.pid) : [];
      // The pseudo terminal ends with the program that made it.
      script.signal('SIGKILL');
      await vi.waitFor(() => expect(openDatabases()).toEqual([]), { timeout: 30_000, interval: 100 });
      await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 10_000, interval: 100 });
    });
  });

  it.skipIf(!HAS_PROC)(
    'shows what it has made up though the start comes to nothing, as nothing will again',
    async () => {
      const output = join(home.folder, 'credentials');
      const script = await start({ BOOTSTRAP_OUTPUT: output });
      // Two of three get as far as they can.
      const api = await vi.waitFor(() => childOf(script, 'api'), { timeout: 10_000 });
      process.kill(api, 'SIGSTOP');
      await vi
        .waitFor(
          () => {
            for (const name of ['gateway ', 'identity']) {
              expect(script.stdout).toMatch(new RegExp(`^${name} \\| .*"msg":"listening"`, 'm'));
            }
          },
          { timeout: 60_000, interval: 100 },
        )
        .finally(() => process.kill(api, 'SIGCONT'));
      script.signal('SIGTERM');
      expect(await script.ended).toBe(0);
      expect(script.stdout).not.toContain(READY);

      const { secrets, passwords } = shownIn(readFileSync(output, 'utf8'));
      const again = await start();
      await again.says(READY);
      const client = { id: 'grantway', secret: secrets[0] };
      expect((await signIn(again, client, { username: 'admin', password: passwords[0]! })).status).toBe(200);
    },
  );

  it.skipIf(!HAS_PROC).each(['gateway,oauth', 'api'])(
    'stops the others with 1 when the process with the roles %s is killed',
    async (roles) => {
      const script = await start(CHOSEN);
      await script.says(READY);
      process.kill(childOf(script, roles), 'SIGKILL');
      expect(await script.ended).toBe(1);
      expect(script.stderr).toMatch(
        new RegExp(`^${roles.split(',')[0]} ended \\(SIGKILL\\); stopping the others\\.$`, 'm'),
      );
      await expectGone();
    },
  );

  it('writes what was made up into the file that BOOTSTRAP_OUTPUT names, for its owner alone', async () => {
    const output = join(home.folder, 'credentials');
    const script = await start({ BOOTSTRAP_OUTPUT: output });
    await script.says(READY);
    const { secrets, passwords } = shownIn(readFileSync(output, 'utf8'));
    expect(statSync(output).mode & 0o777).toBe(0o600);
    expect(script.stdout).not.toContain(secrets[0]);
    const client = { id: 'grantway', secret: secrets[0] };
    expect((await signIn(script, client, { username: 'admin', password: passwords[0]! })).status).toBe(200);
    script.signal('SIGTERM');
    expect(await script.ended).toBe(0);

    const again = await start({ BOOTSTRAP_OUTPUT: output });
    expect(await again.ended).toBe(1);
    expect(again.stderr).toContain('BOOTSTRAP_OUTPUT names a file that is there already.');
  });

  describe('says what is wrong, ends with 1, and leaves nothing running', () => {
    it.each([
      [
        'one database for three',
        { DATABASE_URL: 'postgres://user:canary@db.example/one' },
        /DATABASE_URL_IDENTITY/,
      ],
      [
        'a file that names it',
        { DATABASE_URL_FILE: '/run/secrets/canary' },
        /^ {2}- DATABASE_URL_FILE is one database/m,
      ],
      ['a certificate for all', { TLS_CERT: 'canary' }, /TLS_CERT: .* start each of them yourself/],
      ['a port that is none', { PORT: 'canary' }, /PORT must be a whole number/],
      ['a port without room for two more', { PORT: '65534' }, /PORT must be a whole number from 1 to 65533/],
      [
        'a variable that none of the three can take',
        { ACCESS_TOKEN_TTL: 'canary' },
        /^ {2}- ACCESS_TOKEN_TTL/m,
      ],
      ['all at once', { PORT: 'canary', TLS_CERT: 'canary' }, /^ {2}- TLS_CERT.*\n {2}- PORT/m],
    ])('about %s', async (_, environment, message) => {
      const script = await start(environment);
      expect(await script.ended).toBe(1);
      expect(script.stderr).toMatch(/^Grantway could not start\. The configuration is not usable:$/m);
      expect(script.stderr).toMatch(message);
      expect(script.stderr).not.toContain('canary');
      expect(script.stdout).toBe('');
    });

    it.each([0, 1, 2])('about the port that is taken: PORT + %i', async (at) => {
      const taken = await listening(port + at);
      try {
        const script = await start(CHOSEN);
        expect(await script.ended).toBe(1);
        expect(script.stderr).toContain(
          `The port ${port + at} is in use by another process: PORT is ${port}`,
        );
        expect(script.stderr).not.toMatch(/^\s+at /m);
        expect([script.stdout, existsSync(join(dataDir(), 'gateway', 'encryption.key'))]).toEqual([
          '',
          false,
        ]);
      } finally {
        await closed(taken);
      }
      await expectGone();
    });

    it('about what one of the three finds out by itself', async () => {
      const script = await start({ ...CHOSEN, ROUTES_FILE: join(home.folder, 'absent.yaml') });
      expect(await script.ended).toBe(1);
      expect(script.stderr).toMatch(/^gateway {2}\| Grantway could not start\./m);
      expect(script.stderr).toMatch(/^gateway ended \(1\); stopping the others\.$/m);
      await expectGone();
    });

    it('about a process without progress, once it has said which one it waits for and why', async () => {
      const routes = join(home.folder, 'routes.yaml');
      // Read as a file it never ends, like one on a network drive that is away.
      await promisify(execFile)('mkfifo', [routes]);
      const script = await start({ ...CHOSEN, ROUTES_FILE: routes, START_TIMEOUT: '6' });
      expect(await script.ended).toBe(1);
      expect(script.stdout).toMatch(/^Waiting for gateway: it has not reported anything yet$/m);
      expect(script.stderr).toMatch(
        /^gateway is not ready after 6 seconds without progress, the limit of START_TIMEOUT: .+; stopping the others\.$/m,
      );
      await expectGone();
    });

    it('about a file for credentials that it cannot write', async () => {
      const script = await start({ BOOTSTRAP_OUTPUT: join(home.folder, 'absent', 'credentials') });
      expect(await script.ended).toBe(1);
      expect(script.stderr).toMatch(
        /^Grantway could not start\. BOOTSTRAP_OUTPUT names a file that cannot be/m,
      );
      expect([script.stdout, existsSync(join(dataDir(), 'gateway', 'encryption.key'))]).toEqual(['', false]);
    });
  });
});

/** The id of the process that a script has started with these roles. */
function childOf({ pid }: ServerProcess, roles: string): number {
  const child = childrenOf(pid).find((id) =>
    readFileSync(`/proc/${id}/environ`, 'utf8').split('\0').includes(`ROLES=${roles}`),
  );
  if (child === undefined) throw new Error(`No process has the roles ${roles}.`);
  return child;
}

/** @returns the first of three ports in a row that were free a moment ago */
async function threePorts(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const first = await listening(0);
    const { port } = first.address() as { port: number };
    const others = await Promise.allSettled([listening(port + 1), listening(port + 2)]);
    const servers = others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []));
    await Promise.all([first, ...servers].map(closed));
    if (servers.length === 2) return port;
  }
  throw new Error('There are no three free ports in a row.');
}

async function listening(port: number): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
