// What the gateway costs a call, as a ratio: the same small answer of one upstream, asked directly, through nginx (where
// there is one), by a public route of the gateway, and by a route that wants a token and signs the caller's identity.
// The ways are taken in turns within one run, so that a noisy machine is noisy for all of them.
//
//   npm run build && node bench/gateway-overhead.mjs [rounds] [requests a round]
//
// DATABASE_URL names an empty PostgreSQL database; without it the grants are asked for in the embedded one.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

const ROUNDS = Number(process.argv[2] ?? 15);
const REQUESTS = Number(process.argv[3] ?? 400);
const IN_FLIGHT = 8;
const SECRET = 'a-secret-of-the-benchmark-0123456789';

const folder = mkdtempSync(join(tmpdir(), 'grantway-bench-'));
/** @type {import('node:child_process').ChildProcess[]} */
const children = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @param {string} url */
async function answers(url) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  throw new Error(`${url} does not answer`);
}

/** @type {(command: string, parameters: string[], env?: Record<string, string>) => void} */
function run(command, parameters, env = {}) {
  const child = spawn(command, parameters, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  children.push(child);
}

// The upstream, in a process of its own.
const [upstream, gateway, proxy] = [await freePort(), await freePort(), await freePort()];
const body = JSON.stringify({
  items: Array.from({ length: 10 }, (_, id) => ({ id, title: `Document ${id}` })),
});
run(process.execPath, [
  '-e',
  `require('http').createServer((q, r) => { q.resume(); r.writeHead(200, { 'Content-Type': 'application/json' }).end(${JSON.stringify(body)}); }).listen(${upstream}, '127.0.0.1')`,
]);
writeFileSync(
  join(folder, 'routes.yaml'),
  `routes:
  - { id: open, path: /open/**, public: true, upstream: "http://127.0.0.1:${upstream}" }
  - { id: guarded, path: /guarded/**, scopes: [resources:read], upstream: "http://127.0.0.1:${upstream}" }
`,
);
run(process.execPath, ['dist/main.js'], {
  ROLES: 'gateway,oauth',
  PORT: String(gateway),
  ROUTES_FILE: join(folder, 'routes.yaml'),
  IDENTITY_URL: 'http://127.0.0.1:9',
  INTERNAL_SECRET: SECRET,
  BOOTSTRAP_CLIENT_SECRET: SECRET,
  DATA_DIR: 'memory://',
  LOG_LEVEL: 'warn',
});

let hasNginx = true;
try {
  execFileSync('nginx', ['-v'], { stdio: 'ignore' });
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr crit; events {}
     http { access_log off; upstream u { server 127.0.0.1:${upstream}; keepalive 32; }
       server { listen 127.0.0.1:${proxy}; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`,
  );
  run('nginx', ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')]);
} catch {
  hasNginx = false;
}

await answers(`http://127.0.0.1:${upstream}/`);
await answers(`http://127.0.0.1:${gateway}/health/ready`);
if (hasNginx) await answers(`http://127.0.0.1:${proxy}/`);

const token = /** @type {{ access_token: string }} */ (
  await fetch(`http://127.0.0.1:${gateway}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`grantway:${SECRET}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'resources:read' }),
  }).then((response) => response.json())
);
const Authorization = `Bearer ${token.access_token}`;

const pool = (/** @type {number} */ port) => new Pool(`http://127.0.0.1:${port}`, { connections: IN_FLIGHT });
const ways = [
  { name: 'upstream itself', pool: pool(upstream), path: '/guarded/x', headers: {} },
  ...(hasNginx ? [{ name: 'nginx', pool: pool(proxy), path: '/guarded/x', headers: {} }] : []),
  { name: 'gateway, public route', pool: pool(gateway), path: '/open/x', headers: {} },
  {
    name: 'gateway, token and identity',
    pool: pool(gateway),
    path: '/guarded/x',
    headers: { Authorization },
  },
];

/**
 * @param {typeof ways[number]} way
 * @returns {Promise<number[]>} milliseconds of each of the requests of a round
 */
async function round({ pool: connections, path, headers }) {
  /** @type {number[]} */
  const took = [];
  let left = REQUESTS;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      const answer = await connections.request({ method: 'GET', path, headers });
      await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}`);
      took.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return took;
}

/** @type {(sorted: number[], share: number) => number} */
const quantile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
for (const way of ways) await round(way);
/** @type {Map<string, number[]>} */
const all = new Map(ways.map(({ name }) => [name, []]));
for (let n = 0; n < ROUNDS; n += 1) for (const way of ways) all.get(way.name)?.push(...(await round(way)));

const base = quantile(
  (all.get('upstream itself') ?? []).toSorted((a, b) => a - b),
  0.5,
);
console.log(`${ROUNDS} rounds of ${REQUESTS} requests, ${IN_FLIGHT} in flight; milliseconds\n`);
console.log('way                            p50      p99    p50 against the upstream itself');
for (const [name, took] of all) {
  const sorted = took.toSorted((a, b) => a - b);
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
  console.log(
    `${name.padEnd(28)} ${p50.toFixed(2).padStart(6)} ${p99.toFixed(2).padStart(8)}    ${(p50 / base).toFixed(1)}`,
  );
}
process.exit();
