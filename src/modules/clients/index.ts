import type { Persistence } from '../../platform/database/data-source.js';
import { ClientEntity } from './persistence/client.entity.js';
import { Clients1763769600000 } from './persistence/migrations/1763769600000-clients.js';
import { UserDetailsAndTokenFormat1764028800000 } from './persistence/migrations/1764028800000-user-details-and-token-format.js';

export { ClientAllowedOrigins } from './client-allowed-origins.js';
export { AuthenticationMethodRegistry } from './authentication/authentication-method-registry.js';
export { ClientAuthenticator } from './authentication/client-authenticator.js';
export type { AuthenticatedClient, Client } from './client.js';
export { ClientsModule } from './clients.module.js';
export { ClientRegistry } from './registration/client-registry.js';
export { ClientTokenRevocation, type EndedGrants } from './registration/client-token-revocation.js';

export const clientsPersistence: Persistence = {
  entities: [ClientEntity],
  migrations: [Clients1763769600000, UserDetailsAndTokenFormat1764028800000],
};
