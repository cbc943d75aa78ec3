// A backend API of another make behind the gateway: node:http, and jose to verify X-Identity with the gateway's keys.
//   PORT=3002 GATEWAY_URL=http://127.0.0.1:3000 ISSUER=http://localhost:3000 node examples/api-server/server.mjs
import { createServer } from 'node:http';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const { PORT = '3002', GATEWAY_URL, ISSUER = GATEWAY_URL, AUDIENCE = ISSUER } = process.env;
/** Ends the process with one line about what is wrong. */
const giveUp = (message) => {
  console.error(message);
  process.exit(1);
};
if (!URL.canParse(GATEWAY_URL)) giveUp('GATEWAY_URL is not set to an origin.');
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', GATEWAY_URL));
const MOST_BYTES = 65_536;
const documents = new Map();

/** What speaks against an assertion; whatever else goes wrong (the keys cannot be had) says nothing about it. */
const REFUSALS = [
  errors.JWTInvalid,
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
];

/** The claims about the caller, or undefined without a valid assertion. Nothing but the gateway's word counts. */
async function callerOf({ headersDistinct }) {
  const [assertion, ...others] = headersDistinct['x-identity'] ?? [];
  if (assertion === undefined || others.length > 0) return undefined;
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      typ: 'identity+jwt',
      algorithms: ['ES256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      maxTokenAge: '60s',
      requiredClaims: ['sub', 'client_id', 'scope', 'exp', 'jti'],
    });
    return payload;
  } catch (error) {
    if (REFUSALS.some((refusal) => error instanceof refusal)) return undefined;
    throw error;
  }
}

async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) if ((bytes += chunk.length) <= MOST_BYTES) chunks.push(chunk);
  return bytes > MOST_BYTES ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}

async function answer(request) {
  const caller = await callerOf(request);
  if (caller === undefined) return [401, { title: 'Unauthorized', status: 401 }];
  const needed = request.method === 'GET' ? 'resources:read' : 'resources:write';
  if (!caller.scope.split(' ').includes(needed)) return [403, { title: 'Forbidden', status: 403 }];
  const own = documents.get(caller.sub) ?? [];
  if (request.method === 'GET') return [200, { items: own, caller }];
  const document = await bodyOf(request);
  if (document === undefined) return [413, { title: 'Content Too Large', status: 413 }];
  documents.set(caller.sub, [...own, document]);
  return [201, { ...document, owner: caller.sub }];
}

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
