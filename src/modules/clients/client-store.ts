import type { Client, ClientSecrets } from './client.js';

/** Where clients are kept. */
export abstract class ClientStore {
  abstract find(clientId: string): Promise<(Client & { secrets: ClientSecrets }) | undefined>;

  abstract isEmpty(): Promise<boolean>;

  /** @throws Conflict when the client_id is taken */
  abstract add(client: Client, secrets: ClientSecrets): Promise<void>;

  /** Writes every column but the secrets; false when there is no such client. */
  abstract save(client: Client): Promise<boolean>;

  abstract replaceSecrets(clientId: string, secrets: ClientSecrets): Promise<void>;

  abstract remove(clientId: string): Promise<boolean>;

  /** Clients in the order of their ids, after `after`. */
  abstract list(after: string | undefined, limit: number): Promise<Client[]>;

  /** Whether this client, or any active one, allows the origin. */
  abstract allowsOrigin(origin: string, clientId: string | undefined): Promise<boolean>;
}
