// A backend API of another make behind the gateway: node:http, and jose to verify X-Identity with the gateway's keys.
//   PORT=3002 GATEWAY_URL=http://127.0.0.1:3000 ISSUER=http://localhost:3000 node examples/api-server/server.mjs
import { createServer } from 'node:http';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const { PORT = '3002', GATEWAY_URL, ISSUER = GATEWAY_URL, AUDIENCE = ISSUER } = process.env;
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', GATEWAY_URL));

/** The claims about the caller, or undefined where there is no valid assertion. Everything but the gateway's word is ignored. */
async function callerOf(request) {
  // More than one value comes joined, and is then no JWT.
  const assertion = request.headers['x-identity'];
  if (assertion === undefined) return undefined;
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: 'identity+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['sub', 'client_id', 'scope', 'exp', 'iat', 'jti'],
    });
    return payload;
  } catch (error) {
    const saysNo = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout);
    if (saysNo && error.code !== 'ERR_JOSE_GENERIC') return undefined;
    throw error;
  }
}

const documents = new Map();

async function answer(request) {
  const caller = await callerOf(request);
  if (caller === undefined) return [401, { title: 'Unauthorized', status: 401 }];
  const scopes = caller.scope.split(' ');
  const needed = request.method === 'GET' ? 'resources:read' : 'resources:write';
  if (!scopes.includes(needed)) return [403, { title: 'Forbidden', status: 403 }];
  if (request.method === 'GET') return [200, { items: documents.get(caller.sub) ?? [], caller }];
  const body = await new Response(request).json();
  documents.set(caller.sub, [...(documents.get(caller.sub) ?? []), body]);
  return [201, { ...body, owner: caller.sub }];
}

createServer(async (request, response) => {
  const [status, body] = await answer(request).catch(() => [503, { title: 'Service Unavailable', status: 503 }]);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}).listen(Number(PORT), '127.0.0.1');
