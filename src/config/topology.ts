import { isAddressRange } from './address-ranges.js';
import type { EnvironmentReader } from './environment.js';
import { isLoopbackHost, isOrigin } from './origins.js';
import type { RolesConfig } from './roles.js';
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

/** Where people are known, for a process with `oauth` and without `identity`. */
export class DirectoryConfig {
  /** An origin; undefined means this process. */
  url: string | undefined;
  /** PEM: who signs the server's certificate, and what this process shows of itself. */
  ca: string | undefined;
  clientCertificate: string | undefined;
  clientKey: string | undefined;
}

/** What the role `gateway` forwards, and where to. */
export class GatewayConfig {
  /** YAML file of routes. Without it `/api/**` goes to `apiUrl`, and people's administration to `identityUrl`. */
  routesFile: string | undefined;
  apiUrl: string | undefined;
  identityUrl: string | undefined;
  /** How `identityUrl` is spoken to over TLS. */
  identityTls: Pick<DirectoryConfig, 'ca' | 'clientCertificate' | 'clientKey'>;
  /** Audience of a route that names none. */
  audience: string;
  /** Audience of what is forwarded to the identity role. */
  identityAudience: string;
  /** Addresses or CIDR ranges of the proxies that may ask at /forward-auth; empty: nobody may. */
  forwardAuthProxies: readonly string[];
}

export class RedisConfig {
  /** Undefined: counters stay in the memory of this process. */
  url: string | undefined;
}

export function readInternal(
  read: EnvironmentReader,
  roles: RolesConfig,
  production: boolean,
): InternalConfig {
  const secret = readSecret(read, 'INTERNAL_SECRET');
  const previousSecret = readSecret(read, 'INTERNAL_SECRET_PREVIOUS');
  read.demand(
    secret !== undefined || roles.identity === roles.oauth,
    'INTERNAL_SECRET must be set where identity and oauth are in different processes.',
  );
  read.demand(
    secret !== undefined || previousSecret === undefined,
    'INTERNAL_SECRET_PREVIOUS is only for use beside INTERNAL_SECRET.',
  );
  const gatewayUrl = readUrl(read, 'GATEWAY_URL', production);
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

export function readDirectory(
  read: EnvironmentReader,
  roles: RolesConfig,
  production: boolean,
): DirectoryConfig {
  const url = readUrl(read, 'IDENTITY_URL', production);
  read.demand(
    url !== undefined || roles.identity || !roles.oauth,
    'IDENTITY_URL must be set where ROLES has oauth and no identity: somebody must know the people.',
  );
  read.demand(
    url === undefined || !roles.identity,
    'IDENTITY_URL is only for a process without identity: this one knows the people itself.',
  );
  const directory = {
    url,
    ca: readPem(read, 'IDENTITY_CA', 'CERTIFICATE'),
    clientCertificate: readPem(read, 'IDENTITY_CLIENT_CERT', 'CERTIFICATE'),
    clientKey: readPem(read, 'IDENTITY_CLIENT_KEY', 'PRIVATE KEY'),
  };
  read.demand(
    (directory.clientCertificate === undefined) === (directory.clientKey === undefined),
    'IDENTITY_CLIENT_CERT and IDENTITY_CLIENT_KEY must be set together.',
  );
  return directory;
}

export function readGateway(
  read: EnvironmentReader,
  roles: RolesConfig,
  { issuer, audience, directory }: { issuer: string; audience: string; directory: DirectoryConfig },
): GatewayConfig {
  const routesFile = read.text('ROUTES_FILE');
  const apiUrl = readUrl(read, 'API_URL', false);
  read.demand(
    !roles.gateway || routesFile !== undefined || apiUrl !== undefined,
    'API_URL or ROUTES_FILE must be set where ROLES has gateway: it needs somewhere to forward to.',
  );
  read.demand(
    apiUrl === undefined || apiUrl !== issuer,
    'API_URL must not be the ISSUER: the gateway would forward to itself.',
  );
  return {
    routesFile,
    apiUrl,
    identityUrl: directory.url,
    identityTls: directory,
    audience,
    identityAudience: identityAudience(issuer),
    forwardAuthProxies: read.list('FORWARD_AUTH_PROXIES', isAddressRange, 'IP addresses or CIDR ranges'),
  };
}

/** The name by which the identity role is meant in an assertion, so that the API's are worth nothing there. */
export function identityAudience(issuer: string): string {
  return `${issuer}/identity`;
}

export function readRedis(read: EnvironmentReader): RedisConfig {
  const url = read.text('REDIS_URL');
  read.demand(
    url === undefined || (/^rediss?:\/\//.test(url) && URL.canParse(url)),
    'REDIS_URL must be a redis:// or rediss:// URL.',
  );
  return { url };
}

const FEWEST_SECRET_CHARACTERS = 32;

/** What a bearer token may be made of: the secret is sent as one. RFC 6750 §2.1. */
const B64TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

function readSecret(read: EnvironmentReader, name: string): string | undefined {
  const secret = read.text(name);
  read.demand(
    secret === undefined || (B64TOKEN.test(secret) && secret.length >= FEWEST_SECRET_CHARACTERS),
    `${name} must be at least ${FEWEST_SECRET_CHARACTERS} characters of A-Z a-z 0-9 . _ ~ + / - and random (openssl rand -hex 32).`,
  );
  return secret;
}

/** An origin of another process. What passwords or keys come over must be TLS in production, loopback aside. */
function readUrl(read: EnvironmentReader, name: string, demandsTls: boolean): string | undefined {
  const url = read.text(name);
  if (url === undefined) return undefined;
  read.demand(isOrigin(url), `${name} must be an http or https origin without a path or a trailing slash.`);
  if (demandsTls && isOrigin(url)) {
    const { protocol, hostname } = new URL(url);
    read.demand(
      protocol === 'https:' || isLoopbackHost(hostname),
      `${name} must be an https URL in production, unless its host is loopback.`,
    );
  }
  return url;
}
