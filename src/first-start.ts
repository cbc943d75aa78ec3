import type { INestApplicationContext } from '@nestjs/common';
import { BootstrapConfig, RolesConfig } from './config/config.js';
import { ClientRegistry } from './modules/clients/index.js';
import { UserDirectory } from './modules/users/index.js';
import { randomToken } from './platform/crypto/random.js';
import { Database } from './platform/database/database.js';
import { GRANT_TYPES } from './protocol/grant-types.js';
import { InvalidInput } from './protocol/problem.js';
import { ADMINISTRATOR_ROLE, SCOPES } from './protocol/scopes.js';

/** What an empty database was given. A generated value is here, this once; a configured one is not. */
export interface FirstStart {
  clientId: string;
  username: string;
  generated: { clientSecret?: string; password?: string };
}

/** Where credentials that were generated are shown, once. */
export interface CredentialsOutput {
  show(first: FirstStart): void;
  /** There was nothing to show after all. */
  abandon(): void;
}

/** What an empty database is given first. */
export interface FirstNeeds {
  client: boolean;
  administrator: boolean;
}

/** The secrets that an operator has not chosen, by variable name. */
export function missingSecrets(
  { clientSecret, password }: Pick<BootstrapConfig, 'clientSecret' | 'password'>,
  needs: FirstNeeds,
): string[] {
  return [
    ...(needs.client && clientSecret === undefined ? ['BOOTSTRAP_CLIENT_SECRET'] : []),
    ...(needs.administrator && password === undefined ? ['BOOTSTRAP_PASSWORD'] : []),
  ];
}

/** Credentials would have to be generated, and there is nobody to show them to. */
export class NowhereToShowCredentials extends Error {
  constructor(missing: readonly string[]) {
    super(
      `The database is empty and ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set. ` +
        'Set what is missing: until then no token can be issued. Outside production it is generated when you start once in a ' +
        'terminal, or with BOOTSTRAP_OUTPUT set to a file that will be written.',
    );
    this.name = 'NowhereToShowCredentials';
  }
}

/**
 * Gives an empty database what this process's roles keep there first: a client (first-party, all grants and scopes), an
 * administrator.
 * Of several instances that start at once, one does it.
 * @param openOutput asked, before anything is written, where generated credentials can be shown
 * @returns undefined when there was nothing to do
 * @throws NowhereToShowCredentials before anything is written
 */
export async function firstStart(
  app: INestApplicationContext,
  openOutput: () => CredentialsOutput | undefined = () => undefined,
): Promise<FirstStart | undefined> {
  const config = app.get(BootstrapConfig);
  const roles = app.get(RolesConfig);
  return app.get(Database).alone('first-start', async () => {
    const needsClient = roles.oauth && (await app.get(ClientRegistry).isEmpty());
    const needsAdministrator = roles.identity && (await app.get(UserDirectory).isEmpty());
    if (!needsClient && !needsAdministrator) return undefined;
    const missing = missingSecrets(config, { client: needsClient, administrator: needsAdministrator });
    const output = missing.length === 0 ? NOTHING_TO_SHOW : openOutput();
    if (output === undefined) throw new NowhereToShowCredentials(missing);
    try {
      const generated = {
        ...(needsAdministrator ? await addAdministrator(app, config) : {}),
        ...(needsClient ? await addClient(app, config) : {}),
      };
      const first = { clientId: config.clientId, username: config.username, generated };
      output.show(first);
      return first;
    } catch (error) {
      output.abandon();
      throw error;
    }
  });
}

const NOTHING_TO_SHOW: CredentialsOutput = { show: () => undefined, abandon: () => undefined };

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
  try {
    await app.get(UserDirectory).create({ username, password: chosen, roles: [ADMINISTRATOR_ROLE] });
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const mistakes = error.errors?.map(
      ({ pointer, detail }) => `BOOTSTRAP_${pointer.slice(1).toUpperCase()}: ${detail}`,
    );
    throw new Error(`The first administrator is refused. ${mistakes?.join(' ')}`, { cause: error });
  }
  return password === undefined ? { password: chosen } : {};
}
