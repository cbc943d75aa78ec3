import type { INestApplicationContext } from '@nestjs/common';
import { BootstrapConfig } from './config/config.js';
import { ClientRegistry } from './modules/clients/index.js';
import { UserDirectory } from './modules/users/index.js';
import { randomToken } from './platform/crypto/random.js';
import { Database } from './platform/database/database.js';
import { GRANT_TYPES } from './protocol/grant-types.js';
import { ADMINISTRATOR_ROLE, SCOPES } from './protocol/scopes.js';

/** What an empty database was given. A generated value is here, this once; a configured one is not. */
export interface FirstStart {
  clientId: string;
  username: string;
  generated: { clientSecret?: string; password?: string };
}

/** Credentials would have to be generated, and there is nobody to show them to. */
export class NowhereToShowCredentials extends Error {
  constructor(missing: readonly string[]) {
    super(
      `The database is empty and ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set. ` +
        'Set what is missing, or start once in a terminal to have it generated and shown, ' +
        'or set BOOTSTRAP_OUTPUT to a file that shall be written.',
    );
    this.name = 'NowhereToShowCredentials';
  }
}

/**
 * Gives an empty database its first client (first-party, all grants and scopes) and its first administrator.
 * Of several instances that start at once, one does it.
 * @param canShow whether generated credentials can be shown
 * @returns undefined when there was nothing to do
 * @throws NowhereToShowCredentials before anything is written
 */
export async function firstStart(
  app: INestApplicationContext,
  canShow: boolean,
): Promise<FirstStart | undefined> {
  const config = app.get(BootstrapConfig);
  return app.get(Database).alone('first-start', async () => {
    const needsClient = await app.get(ClientRegistry).isEmpty();
    const needsAdministrator = await app.get(UserDirectory).isEmpty();
    if (!needsClient && !needsAdministrator) return undefined;
    const missing = [
      ...(needsClient && config.clientSecret === undefined ? ['BOOTSTRAP_CLIENT_SECRET'] : []),
      ...(needsAdministrator && config.password === undefined ? ['BOOTSTRAP_PASSWORD'] : []),
    ];
    if (missing.length > 0 && !canShow) throw new NowhereToShowCredentials(missing);
    return {
      clientId: config.clientId,
      username: config.username,
      generated: {
        ...(needsAdministrator ? await addAdministrator(app, config) : {}),
        ...(needsClient ? await addClient(app, config) : {}),
      },
    };
  });
}

async function addClient(
  app: INestApplicationContext,
  { clientId, clientSecret }: BootstrapConfig,
): Promise<{ clientSecret?: string }> {
  const { secret } = await app
    .get(ClientRegistry)
    .register(
      { name: 'First client', firstParty: true, grantTypes: GRANT_TYPES, scope: Object.keys(SCOPES) },
      { clientId, secret: clientSecret },
    );
  return clientSecret === undefined ? { clientSecret: secret } : {};
}

async function addAdministrator(
  app: INestApplicationContext,
  { username, password }: BootstrapConfig,
): Promise<{ password?: string }> {
  const chosen = password ?? randomToken();
  await app.get(UserDirectory).create({ username, password: chosen, roles: [ADMINISTRATOR_ROLE] });
  return password === undefined ? { password: chosen } : {};
}
