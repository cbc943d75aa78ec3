import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bearer, call, signIn } from '../../support/http.js';
import { type Home, type ServerProcess, aHome, endProcesses, startProcess } from '../../support/process.js';

const SECRET = 'a-client-secret-that-was-chosen-x';
const PASSWORD = 'seven green bicycles sing';
const CHOSEN = { BOOTSTRAP_CLIENT_SECRET: SECRET, BOOTSTRAP_PASSWORD: PASSWORD };

/** How the last line of the banner begins. */
const LAST_LINE = 'curl -s -H "Authorization: Bearer $TOKEN" http';

interface Shown {
  secret: string | undefined;
  password: string | undefined;
}

/** The credentials that a text shows to a person. */
function shownIn(text: string): Shown {
  return {
    secret: /^ +client_secret +(\S+)$/m.exec(text)?.[1],
    password: /^ +password +(\S+)$/m.exec(text)?.[1],
  };
}

function linesToPaste(text: string): string[] {
  return [...text.matchAll(/^ {4}((?:TOKEN=|curl ).*)$/gm)].map(([, line]) => line!);
}

/** What the lines answer in a shell with nothing but these variables: the resource that is made, and the list. */
async function pasted(text: string, variables: Record<string, string | undefined> = {}): Promise<any[]> {
  const script = linesToPaste(text).join('\n');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    env: { PATH: process.env.PATH, ...variables },
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function statusOfSignIn(
  server: ServerProcess,
  { secret, password = PASSWORD }: Shown,
): Promise<number> {
  return (await signIn(server, { id: 'grantway', secret }, { username: 'admin', password })).status;
}

describe('a first start', () => {
  let home: Home;

  beforeEach(() => {
    home = aHome();
  });

  afterEach(async () => {
    await endProcesses();
    home.remove();
  });

  it('in a terminal shows where everything is, credentials once, and three lines that work when pasted', async () => {
    const first = await startProcess({ home, terminal: true });
    await first.says(LAST_LINE);
    const issuer = `http://localhost:${first.port}`;
    for (const path of ['/docs', '/.well-known/oauth-authorization-server']) {
      expect(first.stdout).toContain(`${issuer}${path}`);
      expect((await call(first, path)).status).toBe(200);
    }
    const shown = shownIn(first.stdout);
    expect(await statusOfSignIn(first, shown)).toBe(200);

    expect(linesToPaste(first.stdout)).toHaveLength(3);
    const [created, list] = await pasted(first.stdout);
    expect(created).toMatchObject({ title: 'Hello', body: { from: 'curl' }, version: 1 });
    expect(list.items).toEqual([created]);

    const text = stripVTControlCharacters(first.stdout).split('\n');
    const log = text.filter((line) => /^\d\d:\d\d:\d\d\.\d{3} (INFO|WARN) /.test(line));
    const requests = log.filter((line) => / (GET|POST) \/\S+ 20\d in [\d.]+ ms /.test(line));
    // The line of the last one may still be under way.
    expect(requests.length).toBeGreaterThan(4);
    for (const line of log) {
      expect(line).not.toContain(shown.secret);
      expect(line).not.toContain(shown.password);
    }

    first.type('\u0003');
    expect(await first.ended).toBe(0);
  });

  it('is the only one: the next on the same directory shows no credentials and changes nothing', async () => {
    const first = await startProcess({ home, terminal: true });
    await first.says(LAST_LINE);
    const shown = shownIn(first.stdout);
    const keys = (await call(first, '/.well-known/jwks.json')).text;
    const token = (
      await signIn(
        first,
        { id: 'grantway', secret: shown.secret },
        { username: 'admin', password: shown.password! },
      )
    ).json;
    const created = await bearer(first, token.access_token, '/api/resources', {
      method: 'POST',
      body: { title: 'kept' },
    });
    first.type('\u0003');
    expect(await first.ended).toBe(0);

    const second = await startProcess({ home, terminal: true, port: first.port });
    await second.says(LAST_LINE);
    expect(shownIn(second.stdout)).toEqual({ secret: undefined, password: undefined });
    expect(second.stdout).not.toContain(shown.secret);
    expect(second.stdout).not.toContain(shown.password);
    const [another, list] = await pasted(second.stdout, {
      CLIENT_SECRET: shown.secret,
      PASSWORD: shown.password,
    });
    expect(list.items).toContainEqual(another);
    expect((await call(second, '/.well-known/jwks.json')).text).toBe(keys);
    expect((await bearer(second, token.access_token, created.headers.get('Location')!)).json).toEqual(
      created.json,
    );
    expect(await statusOfSignIn(second, shown)).toBe(200);
  });

  it('without a terminal makes up nothing: it warns, and serves', async () => {
    const first = await startProcess({ home });
    await first.listening();
    const warnings = first.stdout.split('\n').filter((line) => line.includes('"level":40'));
    expect(warnings).toHaveLength(1);
    expect(JSON.parse(warnings[0]!).msg).toContain(
      'BOOTSTRAP_CLIENT_SECRET and BOOTSTRAP_PASSWORD are not set',
    );
    expect(shownIn(first.stdout)).toEqual({ secret: undefined, password: undefined });
    expect((await call(first, '/health/ready')).status).toBe(200);
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);

    const second = await startProcess({ home, environment: CHOSEN });
    await second.listening();
    expect(await statusOfSignIn(second, { secret: SECRET, password: PASSWORD })).toBe(200);
  });

  it('with credentials of the operator’s shows none, anywhere', async () => {
    for (const terminal of [false, true]) {
      const server = await startProcess({ home, environment: { ...CHOSEN, LOG_LEVEL: 'trace' }, terminal });
      await server.listening();
      expect(await statusOfSignIn(server, { secret: SECRET, password: PASSWORD })).toBe(200);
      server.signal(terminal ? 'SIGKILL' : 'SIGTERM');
      await server.ended;
      expect(server.stdout + server.stderr).not.toContain(SECRET);
      expect(server.stdout + server.stderr).not.toContain(PASSWORD);
    }
  });

  it('makes up only what is missing', async () => {
    const server = await startProcess({
      home,
      environment: { BOOTSTRAP_PASSWORD: PASSWORD },
      terminal: true,
    });
    await server.says(LAST_LINE);
    const shown = shownIn(server.stdout);
    expect(shown).toEqual({ secret: expect.stringMatching(/^gws_/), password: undefined });
    expect(server.stdout).not.toContain(PASSWORD);
    expect(await statusOfSignIn(server, shown)).toBe(200);
  });

  it('writes what it makes up to a file for its owner alone, when asked to', async () => {
    const file = join(home.folder, 'credentials');
    const server = await startProcess({ home, environment: { BOOTSTRAP_OUTPUT: file }, terminal: true });
    await server.says(LAST_LINE);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const shown = shownIn(readFileSync(file, 'utf8'));
    expect(server.stdout).not.toContain(shown.secret);
    expect(server.stdout).not.toContain(shown.password);
    expect(await statusOfSignIn(server, shown)).toBe(200);
  });

  it('writes over no file, and makes nothing that it could not show', async () => {
    const file = join(home.folder, 'credentials');
    writeFileSync(file, 'precious');
    const refused = await startProcess({ home, environment: { BOOTSTRAP_OUTPUT: file } });
    expect(await refused.ended).toBe(1);
    expect(refused.stderr).toContain('BOOTSTRAP_OUTPUT names a file that is there already.');
    expect(readFileSync(file, 'utf8')).toBe('precious');

    const second = await startProcess({ home, environment: { BOOTSTRAP_OUTPUT: `${file}-2` } });
    await second.listening();
    expect(await statusOfSignIn(second, shownIn(readFileSync(`${file}-2`, 'utf8')))).toBe(200);
  });

  it('writes to standard output although that is no terminal, when asked to', async () => {
    const server = await startProcess({ home, environment: { BOOTSTRAP_OUTPUT: 'stdout' } });
    await server.listening();
    expect(await statusOfSignIn(server, shownIn(server.stdout))).toBe(200);
    expect(server.stdout.match(/client_secret/g)).toHaveLength(1);
  });

  it('says what it is doing while it creates a database', async () => {
    const environment = { ...CHOSEN, DATA_DIR: join(home.folder, 'absent') };
    const server = await startProcess({ home, environment });
    await server.listening();
    const lines = server.stdout.trim().split('\n');
    const messages: string[] = lines.map((line) => JSON.parse(line).msg);
    expect(messages[0]).toMatch(/^creating the embedded database/);
    expect(messages).toContain('listening');
  });

  it('closes a data directory that exists, with all that is in it, to everybody but its owner', async () => {
    mkdirSync(home.dataDir, { recursive: true });
    chmodSync(home.dataDir, 0o777);
    const server = await startProcess({ home, environment: CHOSEN });
    await server.listening();
    // PGlite makes files that everybody may change while it runs; what keeps others out are the directories.
    const entries = readdirSync(home.dataDir, { recursive: true, withFileTypes: true });
    const closed = entries.filter((entry) => entry.isDirectory() || entry.parentPath === home.dataDir);
    for (const path of [home.dataDir, ...closed.map(({ parentPath, name }) => join(parentPath, name))]) {
      expect([path, statSync(path).mode & 0o077]).toEqual([path, 0]);
    }
  });

  it('says which of the operator’s credentials is too weak, without repeating it', async () => {
    const file = join(home.folder, 'credentials');
    const environment = { BOOTSTRAP_PASSWORD: 'adminadmin', BOOTSTRAP_OUTPUT: file };
    const refused = await startProcess({ home, environment });
    expect(await refused.ended).toBe(1);
    expect(refused.stderr).toMatch(/^Grantway could not start\. [^]*BOOTSTRAP_PASSWORD.*15 characters/);
    expect(refused.stderr + refused.stdout).not.toContain('adminadmin');
    expect(existsSync(file)).toBe(false);
  });

  it('that cannot listen shows no credentials, and the next start is the first', async () => {
    const neighbour = aHome();
    const taken = await startProcess({ home: neighbour, environment: CHOSEN });
    await taken.listening();
    const refused = await startProcess({ home, port: taken.port, terminal: true });
    expect(await refused.ended).toBe(1);
    expect(shownIn(refused.stdout)).toEqual({ secret: undefined, password: undefined });

    const second = await startProcess({ home, terminal: true });
    await second.says(LAST_LINE);
    expect(await statusOfSignIn(second, shownIn(second.stdout))).toBe(200);
    neighbour.remove();
  });

  describe('in production', () => {
    const PRODUCTION = { NODE_ENV: 'production', ENCRYPTION_KEY: randomBytes(32).toString('hex') };

    it.each([
      ['in a terminal', true, {}],
      ['in none', false, {}],
      ['with a file to write to', false, { BOOTSTRAP_OUTPUT: 'credentials' }],
    ])('makes up no credentials: it stops %s', async (_, terminal, output) => {
      const refused = await startProcess({ home, environment: { ...PRODUCTION, ...output }, terminal });
      expect(await refused.ended).toBe(1);
      const said = refused.stdout + refused.stderr;
      expect(said).toContain('BOOTSTRAP_CLIENT_SECRET and BOOTSTRAP_PASSWORD are not set');
      expect(shownIn(said)).toEqual({ secret: undefined, password: undefined });
      expect(existsSync(join(home.folder, 'credentials'))).toBe(false);
    });

    it('takes the operator’s, and needs them only once', async () => {
      const first = await startProcess({ home, environment: { ...PRODUCTION, ...CHOSEN } });
      await first.listening();
      first.signal('SIGTERM');
      expect(await first.ended).toBe(0);
      const second = await startProcess({ home, environment: PRODUCTION });
      await second.listening();
      expect(await statusOfSignIn(second, { secret: SECRET, password: PASSWORD })).toBe(200);
    });
  });
});
