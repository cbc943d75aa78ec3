// Whether a stranger can tell by time who exists, and whether guesses at an expensive hash delay others. Needs a running
// server with its first client and administrator:
//
//   ISSUER=http://localhost:3000 CLIENT_SECRET=… ADMIN_PASSWORD=… node bench/uniform-refusal.mjs
//
// First, refused sign-ins, in turn and one at a time: wrong passwords of users with six kinds of hashes, an unknown name, a
// disabled user, a user without a password. Then the sign-in of a user, alone and beside two loops of guesses at another
// user's expensive hash, in alternating blocks. CLIENT_ID (grantway), ADMIN_USERNAME (admin), TRIES (100) and ROUNDS (6) can be
// set as well. The users stay in the database.
import { randomBytes } from 'node:crypto';

const {
  ISSUER = 'http://localhost:3000',
  CLIENT_ID = 'grantway',
  CLIENT_SECRET = '',
  ADMIN_USERNAME = 'admin',
  ADMIN_PASSWORD = '',
  TRIES = '100',
  ROUNDS = '6',
} = process.env;

const WARM_UP = 5;
const SIGN_INS_PER_BLOCK = 10;
const PASSWORD = randomBytes(18).toString('base64url');
const run = randomBytes(4).toString('hex');

/** @type {(bytes: number) => string} */
const base64 = (bytes) => randomBytes(bytes).toString('base64').replace(/=+$/, '');
const bcrypt = (/** @type {number} */ cost) => `$2b$${cost}$${randomBytes(26).toString('hex').slice(0, 52)}.`;
const EXPENSIVE = bcrypt(11);

/** Hashes that no password matches, so that the bench needs no library. @type {Record<string, object>} */
const USERS = {
  'argon2id of today': { password: PASSWORD },
  'bcrypt, cost 10': { password_hash: bcrypt(10) },
  'scrypt, N 2^14': { password_hash: `$scrypt$ln=14,r=8,p=1$${base64(16)}$${base64(32)}` },
  'PBKDF2, 600,000': { password_hash: `$pbkdf2-sha256$i=600000$${base64(16)}$${base64(32)}` },
  'argon2id, 64 MiB': { password_hash: `$argon2id$v=19$m=65536,t=3,p=4$${base64(16)}$${base64(32)}` },
  'bcrypt, cost 11': { password_hash: EXPENSIVE },
  'no password': {},
  disabled: { password: PASSWORD, status: 'disabled' },
};

const administrator = await token({
  username: ADMIN_USERNAME,
  password: ADMIN_PASSWORD,
  scope: 'users:write',
});
/** @type {Record<string, string>} */
const usernames = { 'unknown name': `absent-${run}` };
for (const [index, [kind, user]] of Object.entries(USERS).entries()) {
  usernames[kind] = `kind-${index}-${run}`;
  await createUser({ username: usernames[kind], ...user });
}

await measureRefusals();
await measureSignInBesideGuesses();

async function measureRefusals() {
  const kinds = Object.keys(usernames);
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(kinds.map((kind) => [kind, []]));
  const responses = new Set();
  for (let round = -WARM_UP; round < Number(TRIES); round += 1) {
    // Each kind comes at every place equally often: what a request leaves behind favours none.
    for (let turn = 0; turn < kinds.length; turn += 1) {
      const kind = kinds[(round + WARM_UP + turn) % kinds.length] ?? '';
      const { elapsed, response } = await timed({
        username: usernames[kind] ?? '',
        password: 'not the password',
      });
      responses.add(response);
      if (round >= 0) times[kind]?.push(elapsed);
    }
  }
  const medians = Object.entries(times).map(([kind, values]) => ({
    kind,
    median: quantile(values, 0.5),
    values,
  }));
  const fastest = Math.min(...medians.map(({ median }) => median));
  const slowest = Math.max(...medians.map(({ median }) => median));
  console.log(`${TRIES} refusals of each, interleaved, against ${ISSUER}`);
  for (const { kind, median, values } of medians) {
    const [low, high] = [0.1, 0.9].map((q) => (quantile(values, q) / fastest).toFixed(3));
    console.log(`${kind.padEnd(18)}  median ${(median / fastest).toFixed(3)}  p10 ${low}  p90 ${high}`);
  }
  console.log(`1.000 is ${fastest.toFixed(1)} ms`);
  console.log(`medians differ by ${((slowest / fastest - 1) * 100).toFixed(1)} % (goal: at most 5 %)`);
  console.log(`${responses.size} different ${responses.size === 1 ? 'response' : 'responses'} (goal: 1)`);
}

async function measureSignInBesideGuesses() {
  const signIn = { username: usernames['argon2id of today'] ?? '', password: PASSWORD };
  /** @type {{ alone: number[], beside: number[] }} */
  const times = { alone: [], beside: [] };
  let guesses = 0;
  for (let round = 0; round < Number(ROUNDS); round += 1) {
    await block(times.alone);
    const guessing = new AbortController();
    const guess = async () => {
      while (!guessing.signal.aborted) {
        await timed({ username: usernames['bcrypt, cost 11'] ?? '', password: 'not the password' });
        guesses += 1;
      }
    };
    const loops = [guess(), guess()];
    await block(times.beside);
    guessing.abort();
    await Promise.all(loops);
  }
  const [alone, beside] = [quantile(times.alone, 0.5), quantile(times.beside, 0.5)];
  console.log(`a sign-in beside two loops of guesses at an expensive hash (${guesses} guesses):`);
  console.log(
    `${(beside / alone).toFixed(2)} times its time without, which is ${alone.toFixed(1)} ms (goal: at most 2)`,
  );

  /** @param {number[]} values */
  async function block(values) {
    for (let i = 0; i < SIGN_INS_PER_BLOCK; i += 1) {
      const { elapsed, response } = await timed(signIn);
      if (!response.startsWith('200')) throw new Error(`The user could not sign in: ${response}`);
      values.push(elapsed);
    }
  }
}

/** @param {Record<string, string>} parameters */
async function timed(parameters) {
  const began = performance.now();
  const response = await post(parameters);
  const body = await response.text();
  return { elapsed: performance.now() - began, response: `${response.status} ${body}` };
}

/** @param {Record<string, string>} parameters */
async function token(parameters) {
  const response = await post(parameters);
  const body = /** @type {{ access_token: string }} */ (await response.json());
  if (!response.ok) throw new Error(`The administrator could not sign in: ${JSON.stringify(body)}`);
  return body.access_token;
}

/** @param {Record<string, string>} parameters */
function post(parameters) {
  return fetch(`${ISSUER}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'password', ...parameters }),
  });
}

/** @param {object} user */
async function createUser(user) {
  const response = await fetch(`${ISSUER}/admin/users`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${administrator}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(user),
  });
  if (!response.ok) throw new Error(`A user could not be created: ${await response.text()}`);
}

/** @type {(values: number[], q: number) => number} */
function quantile(values, q) {
  return values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? Number.NaN;
}
