import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const { GATEWAY_URL = '', ISSUER = GATEWAY_URL, AUDIENCE = ISSUER } = process.env;
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', GATEWAY_URL));

/** What says nothing about the assertion: the keys came too late, or the answer was none. */
const ABOUT_KEYS = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];

/**
 * The claims about the caller; undefined without one good assertion. To be called when the request's header arrives.
 * @param {import('node:http').IncomingMessage} request
 * @throws when the keys of the gateway cannot be had
 */
export async function callerOf(request) {
  const [assertion, ...others] = request.headersDistinct['x-identity'] ?? [];
  if (assertion === undefined || others.length > 0) return undefined;
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      typ: 'identity+jwt',
      algorithms: ['ES256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id', 'scope'],
      maxTokenAge: 10,
      clockTolerance: 5,
    });
    return isFor(request, payload) ? payload : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError && !ABOUT_KEYS.includes(error.code)) return undefined;
    throw error;
  }
}

/**
 * Whether the assertion is for this request. Frameworks that mount routers change `url` and keep `originalUrl`.
 * @param {import('node:http').IncomingMessage & { originalUrl?: string }} request
 * @param {import('jose').JWTPayload} payload
 */
const isFor = ({ method, originalUrl, url = '' }, { htm, path }) =>
  htm === method && path === (originalUrl ?? url).split('?')[0];

/**
 * Whether the caller's token has the scope.
 * @param {import('jose').JWTPayload} caller
 * @param {string} needed
 */
export const mayUse = ({ scope }, needed) => String(scope).split(' ').includes(needed);
