import { randomBytes } from 'node:crypto';
import { ClientRegistry } from '../../src/modules/clients/index.js';
import { UserDirectory } from '../../src/modules/users/index.js';
import type { TestServer } from './server.js';

export const PASSWORD = 'tractor yellow moonlight';

export interface TestClient {
  id: string;
  secret: string | undefined;
}

export interface TestPerson {
  sub: string;
  username: string;
  password: string;
}

type Registration = Parameters<ClientRegistry['register']>[0];

/** A confidential first-party client with the password grant, unless said otherwise. */
export async function aConfidentialClient(
  server: TestServer,
  registration: Partial<Registration> = {},
  chosen: { clientId?: string; secret?: string } = {},
): Promise<TestClient> {
  const { client, secret } = await server.app.get(ClientRegistry).register(
    {
      name: 'Test client',
      firstParty: true,
      grantTypes: ['password', 'refresh_token', 'client_credentials'],
      scope: ['profile', 'account', 'resources:read', 'resources:write'],
      ...registration,
    },
    chosen,
  );
  return { id: client.clientId, secret };
}

export async function aPublicClient(
  server: TestServer,
  registration: Partial<Registration> = {},
): Promise<TestClient> {
  return aConfidentialClient(server, {
    authenticationMethod: 'none',
    grantTypes: ['password', 'refresh_token'],
    ...registration,
  });
}

type NewUser = Parameters<UserDirectory['create']>[0];

export async function aPerson(server: TestServer, person: Partial<NewUser> = {}): Promise<TestPerson> {
  const password = person.password ?? PASSWORD;
  const username = person.username ?? `person-${randomBytes(4).toString('hex')}`;
  const user = await server.app
    .get(UserDirectory)
    .create({ username, ...(person.passwordHash === undefined ? { password } : {}), ...person });
  return { sub: user.id, username, password };
}
