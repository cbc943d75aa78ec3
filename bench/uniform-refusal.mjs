// How long `/token` takes to refuse a wrong password, an unknown person and a disabled one: interleaved, so that the
// machine's moods meet all three alike. Prints medians and their ratio; it judges nothing.
//
//   npm run build && npm run bench:uniform-refusal            (starts a server on the embedded database)
//   DATABASE_URL=postgresql://… npm run bench:uniform-refusal (on an empty database of yours)
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TRIES = Number(process.env.TRIES ?? 300);
const PORT = process.env.PORT ?? '3970';
const ORIGIN = `http://127.0.0.1:${PORT}`;
const SECRET = 'secret-of-the-uniform-refusal-bench';
const PASSWORD = 'tractor yellow moonlight';
const directory = mkdtempSync(join(tmpdir(), 'grantway-bench-'));

const server = spawn(process.execPath, ['dist/main.js'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    PORT,
    ISSUER: `http://localhost:${PORT}`,
    DATA_DIR: directory,
    LOG_LEVEL: 'error',
    BOOTSTRAP_CLIENT_SECRET: SECRET,
    BOOTSTRAP_PASSWORD: PASSWORD,
  },
});

try {
  await ready();
  const token = (await post('admin', PASSWORD, 'users:write')).access_token;
  await person(token, 'known', 'active');
  await person(token, 'disabled', 'disabled');
  const kinds = ['known', 'unknown', 'disabled'];
  const times = Object.fromEntries(kinds.map((kind) => [kind, []]));
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    for (const kind of kinds.toSorted(() => Math.random() - 0.5)) {
      const from = performance.now();
      const { error } = await post(kind, 'another quite wrong password');
      times[kind].push(performance.now() - from);
      if (error !== 'invalid_grant') throw new Error(`expected invalid_grant, got ${error}`);
    }
  }
  const medians = kinds.map((kind) => [kind, median(times[kind])]);
  for (const [kind, ms] of medians)
    console.log(`${kind.padEnd(9)} median ${ms.toFixed(2)} ms over ${TRIES} tries`);
  const all = medians.map(([, ms]) => ms);
  console.log(`slowest to fastest ${(Math.max(...all) / Math.min(...all)).toFixed(3)}`);
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(directory, { recursive: true });
}

async function ready() {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const answer = await fetch(`${ORIGIN}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    if (server.exitCode !== null) throw new Error('the server did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server is not ready after 30 s');
}

async function post(username, password, scope) {
  const answer = await fetch(`${ORIGIN}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`grantway:${SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'password', username, password, ...(scope ? { scope } : {}) }),
  });
  return answer.json();
}

async function person(token, username, status) {
  const answer = await fetch(`${ORIGIN}/admin/users`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password: PASSWORD, status }),
  });
  if (answer.status !== 201) throw new Error(`creating ${username} answered ${answer.status}`);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
