import type { Environment } from './environment.js';
import { EnvironmentReader } from './environment.js';
import { type GatewayConfig, readGateway } from './gateway.js';
import { readOrigin } from './origins.js';
import { type RolesConfig, readRoles } from './roles.js';
import { readTokens } from './tokens.js';

/** What a routes file is checked against, without the rest of the configuration: a database, keys and secrets. */
export interface RoutesCheckConfig {
  roles: RolesConfig;
  issuer: string;
  docs: boolean;
  /** Whether this process answers the gateway's questions about users. */
  hasInternalSecret: boolean;
  gateway: GatewayConfig;
}

const A_GATEWAY = 'gateway,oauth';

/**
 * Reads the settings that matter to a routes file. If `ROLES` does not include the gateway, the roles of a gateway are
 * assumed.
 * @throws ConfigurationError naming every mistake in them
 */
export function loadRoutesCheckConfig(environment: Environment, routesFile: string): RoutesCheckConfig {
  const isGateway = environment['ROLES']?.split(',').some((name) => name.trim() === 'gateway') ?? false;
  const roles = isGateway ? environment['ROLES'] : A_GATEWAY;
  const read = new EnvironmentReader({
    ...environment,
    ROLES: roles,
    ROUTES_FILE: routesFile,
    ROUTES_FILE_FILE: '',
  });
  const port = read.integer('PORT', 3000, { from: 1, to: 65_535 });
  const scheme = environment['TLS_CERT'] || environment['TLS_CERT_FILE'] ? 'https' : 'http';
  const issuer = readOrigin(read, 'ISSUER') ?? `${scheme}://localhost:${port}`;
  const identity = { url: readOrigin(read, 'IDENTITY_URL'), ca: undefined };
  const unused = { clientCertificate: undefined, clientKey: undefined };
  const rolesConfig = readRoles(read);
  const production = environment['NODE_ENV'] === 'production';
  const config = {
    roles: rolesConfig,
    issuer,
    docs: read.choice('DOCS', production ? 'off' : 'on', ['on', 'off']) === 'on',
    hasInternalSecret: Boolean(environment['INTERNAL_SECRET'] || environment['INTERNAL_SECRET_FILE']),
    gateway: readGateway(read, rolesConfig, readTokens(read, issuer), { ...identity, ...unused }, production),
  };
  read.finish();
  return config;
}
