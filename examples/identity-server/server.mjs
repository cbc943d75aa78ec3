// A directory of people in another framework, Hono: docs/contracts/identity.md over the people of people.json.
//   INTERNAL_SECRET=… PORT=3001 node examples/identity-server/server.mjs
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import people from './people.json' with { type: 'json' };
import { derive } from './scrypt.mjs';

const { INTERNAL_SECRET, INTERNAL_SECRET_PREVIOUS, HOST = '127.0.0.1', PORT = '3001' } = process.env;
/** @type {(message: string) => never} ends the process with one line about what is wrong */
const giveUp = (message) => {
  console.error(message);
  process.exit(1);
};
if (!INTERNAL_SECRET) giveUp('INTERNAL_SECRET is not set.');
const digest = (/** @type {string} */ text) => createHash('sha256').update(text).digest();
const secrets = [INTERNAL_SECRET, INTERNAL_SECRET_PREVIOUS]
  .filter(Boolean)
  .map((secret) => digest(`Bearer ${secret}`));
/** Whoever is unknown costs a hash too. */
const nobody = { password: { salt: '', hash: randomBytes(32).toString('base64') }, disabled: true };
/** @type {(text: unknown, most: number) => text is string} characters, none of them a control but the tab */
const isTyped = (text, most) =>
  typeof text === 'string' && /^[\t\P{Cc}]+$/u.test(text) && [...text].length <= most;
/** @param {{ password: { hash: string }, disabled: boolean }} person as in people.json, without what is nobody's business */
const describe = ({ password, disabled: _disabled, ...person }) => ({
  ...person,
  credentials_version: digest(password.hash).toString('base64url'),
});
/** @param {import('hono').Context} c the rest of the body is not read, so nothing else can be asked over this connection */
const tooLarge = (c) => c.json({ error: 'invalid_request' }, 413, { Connection: 'close' });
let hashing = 0;

const app = new Hono();
app.notFound((c) => c.json({ error: 'not_found' }, 404));
app.use('/auth/*', async (c, next) => {
  c.header('Cache-Control', 'no-store');
  const presented = digest(c.req.header('Authorization') ?? '');
  if (secrets.some((secret) => timingSafeEqual(secret, presented))) return next();
  return c.json({ error: 'invalid_token' }, 401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
});
app.post('/auth', bodyLimit({ maxSize: 65_536, onError: tooLarge }), async (c) => {
  const { username, password } = (await c.req.json().catch(() => null)) ?? {};
  if (!isTyped(username, 512) || !isTyped(password, 4096)) return c.json({ error: 'invalid_request' }, 400);
  if (hashing >= 16) return c.json({ error: 'temporarily_unavailable' }, 503, { 'Retry-After': '1' });
  hashing += 1;
  const person = people.find((one) => one.username === username.normalize('NFC')) ?? nobody;
  const hash = await derive(password, person.password.salt).finally(() => (hashing -= 1));
  if (!timingSafeEqual(hash, Buffer.from(person.password.hash, 'base64')) || person.disabled)
    return c.json({ error: 'invalid_credentials' }, 401, { 'WWW-Authenticate': 'Password' });
  return c.json({ ...describe(person), auth_time: Math.floor(Date.now() / 1000), amr: ['pwd'] });
});
app.get('/auth/users/:sub', (c) => {
  const person = people.find((one) => one.sub === c.req.param('sub') && !one.disabled);
  return person ? c.json(describe(person)) : c.json({ error: 'unknown_person' }, 404);
});

serve({ fetch: app.fetch, hostname: HOST, port: Number(PORT) }, () =>
  console.log(`people at http://${HOST}:${PORT}`),
).once('error', ({ message }) => giveUp(message));
