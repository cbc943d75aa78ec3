import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, basic, bearer, call, refresh, signIn } from '../../support/http.js';
import { freePort } from '../../support/free-port.js';
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

/** After so long a process that was asked to stop ends whatever is left. Milliseconds. */
const DRAIN_MS = 10_000;

/** More sign-ins than are done at once: enough that a stop comes among them. */
const SIGN_INS = 60;

const TERMINAL = new URL('../../../dist/platform/process/terminal.js', import.meta.url).href;

/** Writes to the terminal once it is gone, and ends in order only if it gets past that. */
const LATE_WRITER = `
import { writeFileSync } from 'node:fs';
import { outliveTerminal } from '${TERMINAL}';

outliveTerminal();
process.on('SIGHUP', () => {
  process.stdout.write('to nobody');
  process.stderr.write('to nobody');
  setTimeout(() => {
    writeFileSync('in-order', '');
    process.exit();
  }, 200);
});
setTimeout(() => process.exit(), 30_000);
console.log('"msg":"listening"');
`;

describe('a stop', () => {
  let home: Home;

  beforeEach(() => {
    home = aHome();
  });

  afterEach(async () => {
    await endProcesses();
    home.remove();
  });

  async function aServer(): Promise<ServerProcess> {
    const server = await startProcess({ home, environment: CHOSEN });
    await server.listening();
    return server;
  }

  /** A connection of its own, with everything that came over it so far. */
  async function anOpenConnection(
    server: ServerProcess,
  ): Promise<{ socket: Socket; received: () => string }> {
    const socket = connect(server.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return { socket, received: () => text };
  }

  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

  it.runIf(HAS_PROC)('reaches the server from npm through a shell that passes no signal on', async () => {
    const shell = join(home.folder, 'shell');
    // Like the shells of Windows, it is never replaced by what it runs.
    writeFileSync(shell, '#!/bin/sh\nshift\neval "${*#exec }"\nexit\n', { mode: 0o755 });
    const port = await freePort();
    const npm = spawn('npm', ['start', '--ignore-scripts', `--script-shell=${shell}`], {
      env: {
        PATH: process.env.PATH,
        HOME: home.folder,
        PORT: String(port),
        DATA_DIR: home.dataDir,
        ...CHOSEN,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    npm.stdout.on('data', (chunk) => (said += String(chunk)));
    await vi.waitFor(() => expect(said).toContain('"msg":"listening"'), 60_000);
    const server = descendantsOf(npm.pid!).at(-1)!;
    npm.kill('SIGTERM');
    await vi.waitFor(() => expect(isRunning(server)).toBe(false), 15_000);
    expect(said).toContain('"msg":"stopping"');
  });

  it('does not come of SIGHUP, which asks for files to be read again', async () => {
    const server = await aServer();
    server.signal('SIGHUP');
    // What is let pass leaves no trace to wait for; what it ended would be gone by then.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await signIn(server, CLIENT, ADMINISTRATOR)).status).toBe(200);
  });

  it('comes when the terminal is closed, in order', async () => {
    const server = await startProcess({ home, environment: CHOSEN, terminal: true });
    await server.listening();
    // PostgreSQL's own mark of an open database, which a process that is killed leaves behind.
    const mark = join(home.dataDir, 'postgres', 'postmaster.pid');
    expect(existsSync(mark)).toBe(true);
    const pids = HAS_PROC ? childrenOf(server.pid) : [];
    // The pseudo terminal ends with the program that made it.
    server.signal('SIGKILL');
    await vi.waitFor(() => expect(existsSync(mark)).toBe(false), { timeout: 30_000, interval: 50 });
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 10_000, interval: 50 });
  });

  it('is in order even if something is written to the closed terminal by then', async () => {
    const script = join(home.folder, 'late-writer.mjs');
    writeFileSync(script, LATE_WRITER);
    const writer = await startProcess({ home, script, terminal: true });
    await writer.listening();
    writer.signal('SIGKILL');
    await vi.waitFor(() => expect(existsSync(join(home.folder, 'in-order'))).toBe(true), { timeout: 10_000 });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s answers every sign-in and refresh in flight, exits 0 and loses nothing',
    async (signal) => {
      const server = await aServer();
      const tokens = (await signIn(server, CLIENT, ADMINISTRATOR)).json;
      const requests: Promise<Answer>[] = Array.from({ length: SIGN_INS }, () =>
        signIn(server, CLIENT, ADMINISTRATOR),
      );
      requests.push(refresh(server, CLIENT, tokens.refresh_token));
      await Promise.race(requests);
      server.signal(signal);

      const answers = await Promise.all(requests);
      expect(await server.ended).toBe(0);
      for (const { status, headers } of answers) {
        expect([200, 503]).toContain(status);
        if (status === 503) expect(headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
      }
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(3);
      for (const line of server.stdout.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
      expect(server.stdout).toContain('"msg":"stopping"');
      expect(server.stderr).toBe('');

      const next = await aServer();
      for (const { status, json } of answers) {
        if (status !== 200) continue;
        expect((await refresh(next, CLIENT, json.refresh_token)).status).toBe(200);
      }
    },
  );

  it('ends the process although peers keep their connections: idle, silent and halfway through a header', async () => {
    const server = await aServer();
    const idle = await anOpenConnection(server);
    const silent = await anOpenConnection(server);
    const halfway = await anOpenConnection(server);
    idle.socket.write(get('/health/live'));
    halfway.socket.write('GET /health/live HTTP/1.1\r\nHo');
    await once(idle.socket, 'data');

    const began = performance.now();
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(DRAIN_MS - 2_000);
    expect(idle.received()).toMatch(/^HTTP\/1\.1 200/);
    expect(silent.received()).toBe('');
  });

  it('finishes what has begun, and closes the connection behind it', async () => {
    const server = await aServer();
    const { socket, received } = await anOpenConnection(server);
    const form = new URLSearchParams({ grant_type: 'password', ...ADMINISTRATOR }).toString();
    socket.write(
      `POST /token HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic(CLIENT)}\r\n` +
        `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n`,
    );
    expect((await call(server, '/health/live')).status).toBe(200);
    server.signal('SIGTERM');
    await server.says('"msg":"stopping"');
    socket.write(`${form}${get('/health/live')}`);

    expect(await server.ended).toBe(0);
    const answers = received().split(/(?=HTTP\/1\.1 )/);
    expect(answers).toEqual([
      expect.stringMatching(/^HTTP\/1\.1 200 .*^connection: close\r$.*"access_token"/ims),
    ]);
  });

  it('takes no new connections', async () => {
    const server = await aServer();
    const others = Array.from({ length: SIGN_INS }, () => signIn(server, CLIENT, ADMINISTRATOR));
    await Promise.race(others);
    server.signal('SIGTERM');
    await server.says('"msg":"stopping"');
    await expect(async () => {
      for (;;) expect((await call(server, '/health/live')).status).toBe(503);
    }).rejects.toThrow('fetch failed');
    await Promise.all(others);
    expect(await server.ended).toBe(0);
  });

  it('that is asked for twice does not wait any longer', async () => {
    const server = await aServer();
    const stuck = await anOpenConnection(server);
    stuck.socket.write(
      'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\na',
    );
    expect((await call(server, '/health/live')).status).toBe(200);
    server.signal('SIGTERM');
    await server.says('"msg":"stopping"');
    const began = performance.now();
    const impatience = setInterval(() => server.signal('SIGTERM'), 50);
    expect(await server.ended).toBe(1);
    clearInterval(impatience);
    expect(performance.now() - began).toBeLessThan(DRAIN_MS - 2_000);
  });

  it('that comes twice at once, as Ctrl-C does under npm, is one', async () => {
    const server = await aServer();
    server.signal('SIGINT');
    server.signal('SIGINT');
    expect(await server.ended).toBe(0);
  });
});

describe('a kill', () => {
  let home: Home;

  beforeEach(() => {
    home = aHome();
  });

  afterEach(async () => {
    await endProcesses();
    home.remove();
  });

  it('(SIGKILL) loses nothing that was answered, and the next start needs no repair', async () => {
    const asked = new Set<string>();
    let answered = new Set<string>();
    let refreshToken: string | undefined;
    for (let round = 0; round < 3; round += 1) {
      const server = await startProcess({ home, environment: CHOSEN });
      await server.listening();
      const tokens =
        refreshToken === undefined
          ? await signIn(server, CLIENT, ADMINISTRATOR)
          : await refresh(server, CLIENT, refreshToken);
      expect(tokens.status).toBe(200);
      ({ refresh_token: refreshToken } = tokens.json);

      // One that was stored and whose answer the kill cut off may be there as well; from then on it has to stay.
      const stored = await titlesOf(server, tokens.json.access_token);
      expect([...stored]).toEqual(expect.arrayContaining([...answered]));
      expect([...asked]).toEqual(expect.arrayContaining([...stored]));
      answered = stored;
      const writes = Array.from({ length: 20 }, async (_, at) => {
        const body = { title: `${round}-${at}` };
        asked.add(body.title);
        const answer = await bearer(server, tokens.json.access_token, '/api/resources', {
          method: 'POST',
          body,
        });
        if (answer.status === 201) answered.add(body.title);
        if (at === 10) server.signal('SIGKILL');
      });
      await Promise.allSettled(writes);
      expect(await server.ended).toBe('SIGKILL');
    }
    expect(answered.size).toBeGreaterThan(10);
  });

  async function titlesOf(server: ServerProcess, token: string): Promise<Set<string>> {
    const { items } = (await bearer(server, token, '/api/resources?limit=100')).json;
    return new Set(items.map(({ title }: { title: string }) => title));
  }
});
