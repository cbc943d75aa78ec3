// The gateway topology on one machine: three processes joined by HTTP, each with a database of its own. They start
// together, stop together, and a person sees one page about all of them. For what it sets, see docs/gateway.md.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { banner, credentials } from '../dist/banner.js';

/** Where the gateway's requests to the other two come from. */
const GATEWAY_ADDRESSES = '127.0.0.1,::1';

/** How long the three may take to be ready. Milliseconds. */
const READY_MS = 120_000;

/** How long one of them may take to say whether it is. Milliseconds. */
const ANSWER_MS = 2_000;

const { env } = process;
const mistakes = [
  ...['DATABASE_URL', 'DATABASE_URL_FILE']
    .filter((name) => env[name])
    .map(
      (name) =>
        `${name} is one database: set DATABASE_URL_GATEWAY, DATABASE_URL_IDENTITY and DATABASE_URL_API.`,
    ),
  ...['TLS_CERT', 'TLS_CERT_FILE']
    .filter((name) => env[name])
    .map(
      (name) =>
        `${name}: for TLS between the processes start each of them yourself, as docs/gateway.md shows.`,
    ),
  ...(/^\d+$/.test(env.PORT || '3000') && Number(env.PORT || 3000) >= 1 && Number(env.PORT || 3000) <= 65_533
    ? []
    : ['PORT must be a whole number from 1 to 65533: the two ports after it are taken as well.']),
];
if (mistakes.length > 0) {
  console.error(`Grantway could not start.\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
  process.exit(1);
}

const production = env.NODE_ENV === 'production';
const port = Number(env.PORT || 3000);
const [gatewayUrl, identityUrl, apiUrl] = [port, port + 1, port + 2].map(
  (number) => `http://127.0.0.1:${number}`,
);
const issuer = env.ISSUER || `http://localhost:${port}`;
const dataDir = env.DATA_DIR || './data';
const folder = mkdtempSync(join(tmpdir(), 'grantway-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

// Where a person or a file waits for what is generated, each process writes it down for this one to show.
const shown = env.BOOTSTRAP_OUTPUT || 'terminal';
const isShown = shown !== 'terminal' || process.stdout.isTTY;
const isFile = shown !== 'terminal' && shown !== 'stdout';
if (isFile && existsSync(shown)) {
  console.error('Grantway could not start. BOOTSTRAP_OUTPUT names a file that is there already.');
  process.exit(1);
}

// Found out by one of the three, it would be too late: the others have begun, and made up what is shown only once.
for (const taken of [port, port + 1, port + 2]) {
  if (await isFree(taken)) continue;
  console.error(
    `Grantway could not start. The port ${taken} is in use by another process: PORT is ${port}, ` +
      'and the two ports after it are needed as well.',
  );
  process.exit(1);
}

async function isFree(wanted) {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', ({ code }) => resolve(code !== 'EADDRINUSE'));
    server.listen(wanted, env.HOST || '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

const common = {
  ...env,
  ISSUER: issuer,
  INTERNAL_SECRET: env.INTERNAL_SECRET || (env.INTERNAL_SECRET_FILE ? '' : randomBytes(32).toString('hex')),
};

const processes = [
  start('gateway', 'gateway,oauth', port, {
    IDENTITY_URL: identityUrl,
    API_URL: apiUrl,
    // The other two processes' pages of documentation call the gateway.
    CORS_ORIGINS: [
      env.CORS_ORIGINS,
      ...(production
        ? []
        : ['localhost', '127.0.0.1'].flatMap((host) =>
            [port + 1, port + 2].map((at) => `http://${host}:${at}`),
          )),
    ]
      .filter(Boolean)
      .join(','),
  }),
  start('identity', 'identity', port + 1, { GATEWAY_URL: gatewayUrl, TRUSTED_PROXIES: GATEWAY_ADDRESSES }),
  start('api', 'api', port + 2, { GATEWAY_URL: gatewayUrl, TRUSTED_PROXIES: GATEWAY_ADDRESSES }),
];

function start(name, roles, ownPort, more) {
  const databaseUrl = env[`DATABASE_URL_${name.toUpperCase()}`];
  const written = join(folder, name);
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', join(import.meta.dirname, '../dist/main.js')],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...common,
        ...withheldFrom(name),
        ...more,
        ROLES: roles,
        PORT: String(ownPort),
        DATA_DIR: dataDir === 'memory://' ? dataDir : join(dataDir, name),
        ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
        ...(isShown && !production ? { BOOTSTRAP_OUTPUT: written } : {}),
      },
    },
  );
  for (const stream of ['stdout', 'stderr']) {
    let rest = '';
    child[stream].setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) process[stream].write(`${name.padEnd(8)} | ${line}\n`);
    });
  }
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  // It says so itself: at its port another process might answer.
  const listens = new Promise((resolve) => child.once('message', resolve));
  return { name, child, written, ended, listens, origin: `http://127.0.0.1:${ownPort}` };
}

/** What belongs to another process, blank: an API that is broken into knows nothing of clients and people. */
function withheldFrom(name) {
  const owners = {
    gateway: [
      'ENCRYPTION_KEY',
      'BOOTSTRAP_CLIENT_SECRET',
      'INTERNAL_SECRET',
      'REDIS_URL',
      'IDENTITY_CLIENT_KEY',
    ],
    identity: ['BOOTSTRAP_PASSWORD', 'INTERNAL_SECRET', 'INTERNAL_SECRET_PREVIOUS'],
    api: [],
  };
  const secrets = Object.values(owners).flat();
  const databases = ['DATABASE_URL_GATEWAY', 'DATABASE_URL_IDENTITY', 'DATABASE_URL_API'];
  const names = [...secrets.filter((secret) => !owners[name].includes(secret)), ...databases];
  return Object.fromEntries(
    names.flatMap((secret) => [
      [secret, ''],
      [`${secret}_FILE`, ''],
    ]),
  );
}

let stopping = false;

function stop() {
  stopping = true;
  for (const { child } of processes) child.kill('SIGTERM');
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
// The gateway reads its file of routes again.
process.on('SIGHUP', () => processes[0].child.kill('SIGHUP'));

/** Fulfilled when all answer, with false when they are to stop before; rejected when it takes too long. */
async function ready() {
  const deadline = Date.now() + READY_MS;
  for (const { name, origin, listens } of processes) {
    let isListening = false;
    void listens.then(() => (isListening = true));
    while (!isListening || !(await isReady(origin))) {
      if (stopping) return false;
      if (Date.now() > deadline) throw new Error(`${name} is not ready after ${READY_MS / 1000} seconds`);
      await sleep(100);
    }
  }
  return !stopping;
}

async function isReady(origin) {
  try {
    const { ok } = await fetch(`${origin}/health/ready`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return ok;
  } catch {
    return false;
  }
}

function firstStart() {
  const text = processes
    .map(({ written }) => (existsSync(written) ? readFileSync(written, 'utf8') : ''))
    .join('\n');
  rmSync(folder, { recursive: true, force: true });
  const printed = (name) => new RegExp(`^ *${name} +(\\S+)$`, 'm').exec(text)?.[1];
  const generated = { clientSecret: printed('client_secret'), password: printed('password') };
  if (generated.clientSecret === undefined && generated.password === undefined) return undefined;
  return {
    clientId: printed('client_id') ?? env.BOOTSTRAP_CLIENT_ID ?? 'grantway',
    username: printed('username') ?? env.BOOTSTRAP_USERNAME ?? 'admin',
    generated,
  };
}

/** Shown nowhere else, and never again. */
function showCredentials(first) {
  if (first === undefined) return;
  const made = `${credentials(first).join('\n')}\n`;
  if (isFile) writeFileSync(shown, made, { flag: 'wx', mode: 0o600 });
  else process.stdout.write(`\n${made}`);
}

function showPage(first) {
  if (!process.stdout.isTTY) return;
  process.stdout.write(
    banner(issuer, (env.DOCS || (production ? 'off' : 'on')) === 'on', isFile ? undefined : first),
  );
  process.stdout.write(
    [
      '',
      '  Three processes, joined by HTTP:',
      '',
      `    gateway, oauth  ${gatewayUrl}   clients, tokens, routes: what clients call`,
      `    identity        ${identityUrl}   people and passwords: POST /auth, for the gateway alone`,
      `    api             ${apiUrl}   the backend API, which trusts nothing but X-Identity`,
      '',
      '  The same resource without the gateway is refused:',
      '',
      `    curl -s -i -H "Authorization: Bearer $TOKEN" ${apiUrl}/api/resources`,
      '',
      '  Ctrl-C stops all three.',
      '',
      '',
    ].join('\n'),
  );
}

// One that ends by itself takes the others with it.
for (const { name, ended } of processes) {
  void ended.then((code) => {
    if (stopping) return;
    console.error(`${name} ended (${code}); stopping the others.`);
    process.exitCode = 1;
    stop();
  });
}

try {
  if (await ready()) {
    const first = firstStart();
    showCredentials(first);
    showPage(first);
    console.log('all three are ready');
  }
} catch (error) {
  console.error(`Grantway could not start: ${error.message}.`);
  process.exitCode = 1;
  stop();
}
const codes = await Promise.all(processes.map(({ ended }) => ended));
// Of a start that came to nothing: its databases have the credentials all the same.
showCredentials(firstStart());
// One that was told to stop before it could listen to that has stopped as well.
process.exitCode ||= codes.every((code) => code === 0 || code === 'SIGTERM') ? 0 : 1;
