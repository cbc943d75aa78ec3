import { demandPrivacy, isPrivateUrl, readInsecure } from './cleartext.js';
import type { DirectoryConfig } from './directory.js';
import type { EnvironmentReader } from './environment.js';
import { readAddressRanges } from './ip-address.js';
import { readOrigin } from './origins.js';
import type { RolesConfig } from './roles.js';
import type { TokenConfig } from './tokens.js';

/** What the role `gateway` forwards, and where to: also what it takes from other groups for routes that say nothing. */
export class GatewayConfig {
  /** YAML file of routes. Without it `/api/**` goes to `apiUrl`, and people's administration to `identityUrl`. */
  routesFile: string | undefined;
  /** Whether its targets may be reached in clear beyond this machine. */
  cleartextTargets: boolean;
  apiUrl: string | undefined;
  identityUrl: string | undefined;
  /** How `identityUrl` is spoken to over TLS. */
  identityTls: Pick<DirectoryConfig, 'ca' | 'clientCertificate' | 'clientKey'>;
  /** Audience of a route that names none. */
  audience: string;
  /** Audience of what is forwarded to the identity role. */
  identityAudience: string;
  /** Environment variables, which the routes file may name in values; no secret of this server is among them. */
  routeVariables: Readonly<Record<string, string>>;
  /** Files and directories with secrets of this server, which a routes file must not send anywhere. */
  secretFiles: readonly string[];
  /** Addresses or CIDR ranges of the proxies that may ask at /forward-auth; empty: nobody may. */
  forwardAuthProxies: readonly string[];
}

export function readGateway(
  read: EnvironmentReader,
  roles: RolesConfig,
  { issuer, audience, identityAudience }: TokenConfig,
  { url: identityUrl, ca, clientCertificate, clientKey }: DirectoryConfig,
  production: boolean,
): GatewayConfig {
  const routesFile = read.text('ROUTES_FILE');
  const apiUrl = readOrigin(read, 'API_URL');
  read.demand(
    !roles.gateway || routesFile !== undefined || apiUrl !== undefined,
    'API_URL or ROUTES_FILE must be set where ROLES has gateway: it needs somewhere to forward to.',
  );
  read.demand(
    apiUrl === undefined || apiUrl !== issuer,
    'API_URL must not be the ISSUER: the gateway would forward to itself.',
  );
  demandPrivacy(read, 'API_URL', {
    production,
    isPrivate: isPrivateUrl(apiUrl, 'https:'),
    instead: 'https://',
  });
  return {
    routesFile,
    cleartextTargets: readInsecure(read, 'ROUTES_FILE') || !production,
    apiUrl,
    identityUrl,
    identityTls: { ca, clientCertificate, clientKey },
    audience,
    identityAudience,
    routeVariables: routesFile === undefined ? {} : read.variables(),
    secretFiles: routesFile === undefined ? [] : [read.text('DATA_DIR') ?? './data', ...read.secretFiles()],
    forwardAuthProxies: readAddressRanges(read, 'FORWARD_AUTH_PROXIES'),
  };
}
