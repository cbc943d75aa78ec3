// Whether a stranger can tell by time who exists: a wrong password, an unknown user and a disabled user, asked for in
// turn, one request at a time. Needs a server that runs, with its first client and administrator:
//
//   ISSUER=http://localhost:3000 CLIENT_SECRET=… ADMIN_PASSWORD=… node bench/uniform-refusal.mjs
//
// CLIENT_ID (grantway), ADMIN_USERNAME (admin) and TRIES (300) can be set as well.
import { randomBytes } from 'node:crypto';

const {
  ISSUER = 'http://localhost:3000',
  CLIENT_ID = 'grantway',
  CLIENT_SECRET = '',
  ADMIN_USERNAME = 'admin',
  ADMIN_PASSWORD = '',
  TRIES = '300',
} = process.env;

const WARM_UP = 30;
const tries = Number(TRIES);
const run = randomBytes(4).toString('hex');
/** @type {Record<string, string>} */
const usernames = {
  'wrong password': `known-${run}`,
  'unknown user': `absent-${run}`,
  'disabled user': `disabled-${run}`,
};

const administrator = await token({
  username: ADMIN_USERNAME,
  password: ADMIN_PASSWORD,
  scope: 'users:write',
});
await createUser({ username: usernames['wrong password'] });
await createUser({ username: usernames['disabled user'], status: 'disabled' });

/** @type {Record<string, number[]>} */
const times = Object.fromEntries(Object.keys(usernames).map((name) => [name, []]));
const answers = new Set();
for (let round = -WARM_UP; round < tries; round += 1) {
  // Each kind comes first, second and third equally often: what a request leaves behind favours none.
  const names = Object.keys(usernames);
  for (let turn = 0; turn < names.length; turn += 1) {
    const name = names[(round + WARM_UP + turn) % names.length] ?? '';
    const { elapsed, answer } = await refusal(usernames[name] ?? '');
    answers.add(answer);
    if (round >= 0) times[name]?.push(elapsed);
  }
}

const medians = Object.fromEntries(
  Object.entries(times).map(([name, values]) => [name, quantile(values, 0.5)]),
);
const fastest = Math.min(...Object.values(medians));
console.log(`${tries} tries of each, interleaved, against ${ISSUER}`);
for (const [name, values] of Object.entries(times)) {
  const [low, median, high] = [0.1, 0.5, 0.9].map((q) => quantile(values, q).toFixed(2));
  const ratio = ((medians[name] ?? 0) / fastest).toFixed(3);
  console.log(`${name.padEnd(14)}  median ${median} ms  p10 ${low}  p90 ${high}  ratio ${ratio}`);
}
console.log(
  `medians differ by ${((Math.max(...Object.values(medians)) / fastest - 1) * 100).toFixed(1)} % (goal: at most 5 %)`,
);
console.log(`${answers.size} different ${answers.size === 1 ? 'answer' : 'answers'} (goal: 1)`);

/** @param {string} username */
async function refusal(username) {
  const began = performance.now();
  const response = await post({ username, password: 'this is not the password' });
  const body = await response.text();
  return { elapsed: performance.now() - began, answer: `${response.status} ${body}` };
}

/** @param {Record<string, string>} parameters */
async function token(parameters) {
  const response = await post(parameters);
  const answer = /** @type {{ access_token: string }} */ (await response.json());
  if (!response.ok) throw new Error(`The administrator could not sign in: ${JSON.stringify(answer)}`);
  return answer.access_token;
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
    body: JSON.stringify({ password: randomBytes(18).toString('base64url'), ...user }),
  });
  if (!response.ok) throw new Error(`A user could not be made: ${await response.text()}`);
}

/** @type {(values: number[], q: number) => number} */
function quantile(values, q) {
  return values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? Number.NaN;
}
