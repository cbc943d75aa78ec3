import { B64TOKEN } from '../protocol/characters.js';
import type { EnvironmentReader } from './environment.js';
import { readOriginOfTrust } from './origins.js';
import type { RolesConfig } from './roles.js';
import { demandStrength } from './secret-strength.js';
import { readPem } from './tls.js';

/** What joins the processes of the gateway topology. */
export class InternalConfig {
  /** Authenticates the gateway to `POST /auth`; this one is sent. Undefined: there is no `/auth`. */
  secret: string | undefined;
  /** Accepted besides while the secret is exchanged. */
  previousSecret: string | undefined;
  /** Whose keys verify `X-Identity`, in a process without `oauth`. An origin. */
  gatewayUrl: string | undefined;
  /** PEM: who signs the gateway's certificate, where it is none of the system's authorities. */
  gatewayCa: string | undefined;
}

export function readInternal(
  read: EnvironmentReader,
  roles: RolesConfig,
  production: boolean,
): InternalConfig {
  const secret = readSecret(read, 'INTERNAL_SECRET', production);
  const previousSecret = readSecret(read, 'INTERNAL_SECRET_PREVIOUS', production);
  read.demand(
    secret !== undefined || roles.identity === roles.oauth,
    'INTERNAL_SECRET must be set where identity and oauth are in different processes.',
  );
  read.demand(
    secret !== undefined || previousSecret === undefined,
    'INTERNAL_SECRET_PREVIOUS is only for use beside INTERNAL_SECRET.',
  );
  const gatewayUrl = readOriginOfTrust(read, 'GATEWAY_URL', production);
  read.demand(
    gatewayUrl !== undefined || roles.oauth,
    'GATEWAY_URL must be set where ROLES has no oauth: its keys verify X-Identity.',
  );
  read.demand(
    gatewayUrl === undefined || !roles.oauth,
    'GATEWAY_URL is only for a process without oauth: this one has the keys itself.',
  );
  return { secret, previousSecret, gatewayUrl, gatewayCa: readPem(read, 'GATEWAY_CA', 'CERTIFICATE') };
}

const FEWEST_SECRET_CHARACTERS = 32;

/** The secret is sent as a bearer token, so it is made of what one may be made of. */
function readSecret(read: EnvironmentReader, name: string, production: boolean): string | undefined {
  const secret = read.text(name);
  if (secret === undefined) return undefined;
  const isWellFormed = B64TOKEN.test(secret) && secret.length >= FEWEST_SECRET_CHARACTERS;
  read.demand(
    isWellFormed,
    `${name} must be at least ${FEWEST_SECRET_CHARACTERS} characters of A-Z a-z 0-9 . _ ~ + / - and random (openssl rand -hex 32).`,
  );
  if (production && isWellFormed) demandStrength(read, name, secret);
  return secret;
}
