// A backend API of another make behind the gateway: node:http, and identity.mjs to verify X-Identity.
//   PORT=3002 GATEWAY_URL=http://127.0.0.1:3000 ISSUER=http://localhost:3000 node examples/api-server/server.mjs
import { createServer } from 'node:http';

const { PORT = '3002', GATEWAY_URL = '' } = process.env;
/** @type {(message: string) => never} ends the process with one line about what is wrong */
const giveUp = (message) => {
  console.error(message);
  process.exit(1);
};
if (!URL.canParse(GATEWAY_URL)) giveUp('GATEWAY_URL is not set to an origin.');
// Only now: it reads the same variable.
const { callerOf, mayUse } = await import('./identity.mjs');
const MAX_BYTES = 65_536;
const documents = new Map();

/** @typedef {import('node:http').IncomingMessage} Request */

/** @param {Request} request */
async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) if ((bytes += chunk.length) <= MAX_BYTES) chunks.push(chunk);
  return bytes > MAX_BYTES ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}

/**
 * @param {Request} request
 * @returns {Promise<[status: number, body: object]>}
 */
async function answer(request) {
  const caller = await callerOf(request);
  if (caller === undefined) return [401, { title: 'Unauthorized', status: 401 }];
  const needed = request.method === 'GET' ? 'resources:read' : 'resources:write';
  if (!mayUse(caller, needed)) return [403, { title: 'Forbidden', status: 403 }];
  const own = documents.get(caller.sub) ?? [];
  if (request.method === 'GET') return [200, { items: own, caller }];
  const document = await bodyOf(request);
  if (document === undefined) return [413, { title: 'Content Too Large', status: 413 }];
  documents.set(caller.sub, [...own, document]);
  return [201, { ...document, owner: caller.sub }];
}

/** @type {(error: unknown) => [status: number, body: object]} */
const failed = (error) => {
  const status = error instanceof SyntaxError ? 400 : 503;
  return [status, { title: status === 400 ? 'Bad Request' : 'Service Unavailable', status }];
};

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request).catch(failed);
  const challenge = status === 401 ? { 'WWW-Authenticate': 'Bearer realm="documents"' } : {};
  response.writeHead(status, { 'Content-Type': 'application/json', ...challenge }).end(JSON.stringify(body));
});
server.once('error', ({ message }) => giveUp(message));
server.listen(Number(PORT), '127.0.0.1', () => console.log(`documents at http://127.0.0.1:${PORT}`));
