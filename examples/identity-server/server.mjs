// A directory of people in plain Node: the contract of docs/contracts/identity.md over the people of people.json.
//   INTERNAL_SECRET=… PORT=3001 node examples/identity-server/server.mjs
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { derive } from './scrypt.mjs';

const { INTERNAL_SECRET, INTERNAL_SECRET_PREVIOUS = INTERNAL_SECRET, HOST = '127.0.0.1', PORT } = process.env;
if (!INTERNAL_SECRET) throw new Error('INTERNAL_SECRET is not set.');
const digest = (text) => createHash('sha256').update(text).digest();
const secrets = [INTERNAL_SECRET, INTERNAL_SECRET_PREVIOUS].map((secret) => digest(`Bearer ${secret}`));
const people = JSON.parse(readFileSync(new URL('people.json', import.meta.url), 'utf8'));
const nobody = { password: { salt: '', hash: randomBytes(32).toString('base64') }, disabled: true };
let hashing = 0;

/** A person without what is nobody's business. The version changes with the password. */
const describe = ({ password, disabled, ...person }) => ({
  ...person,
  credentials_version: digest(password.hash).toString('base64url'),
});

async function authenticate({ username, password }) {
  if (typeof username !== 'string' || typeof password !== 'string')
    return [400, { error: 'invalid_request' }];
  if (hashing >= 16) return [503, { error: 'temporarily_unavailable' }, { 'Retry-After': '1' }];
  hashing += 1;
  const person = people.find((one) => one.username === username.normalize('NFC')) ?? nobody;
  const hash = await derive(password, person.password.salt).finally(() => (hashing -= 1));
  const matches = timingSafeEqual(hash, Buffer.from(person.password.hash, 'base64'));
  if (!matches || person.disabled)
    return [401, { error: 'invalid_credentials' }, { 'WWW-Authenticate': 'Password' }];
  return [200, { ...describe(person), auth_time: Math.floor(Date.now() / 1000), amr: ['pwd'] }];
}

async function read(request) {
  let size = 0;
  const chunks = [];
  for await (const chunk of request) if ((size += chunk.length) <= 65_536) chunks.push(chunk);
  return size > 65_536 ? undefined : (JSON.parse(Buffer.concat(chunks).toString()) ?? {});
}

async function answer(request) {
  const { method, url, headers } = request;
  const presented = digest(headers.authorization ?? '');
  if (!secrets.some((secret) => timingSafeEqual(secret, presented)))
    return [401, { error: 'invalid_token' }, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }];
  if (url === '/auth' && method === 'POST') {
    const body = await read(request);
    return body === undefined ? [413, { error: 'invalid_request' }] : authenticate(body);
  }
  const [, sub] = /^\/auth\/users\/([^/?]+)$/.exec(url) ?? [];
  if (sub === undefined || method !== 'GET') return [404, { error: 'not_found' }];
  const person = people.find((one) => one.sub === decodeURIComponent(sub) && !one.disabled);
  return person ? [200, describe(person)] : [404, { error: 'unknown_person' }];
}

/** What this server cannot read is the caller's mistake; anything else is its own. */
const failed = (error) =>
  error instanceof SyntaxError || error instanceof URIError
    ? [400, { error: 'invalid_request' }]
    : [500, { error: 'server_error' }];

createServer(async (request, response) => {
  const [status, body, headers] = await answer(request).catch(failed);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers });
  response.end(JSON.stringify(body));
}).listen(Number(PORT ?? 3001), HOST, () => console.log(`people at http://${HOST}:${PORT ?? 3001}`));
