import type { Client, ClientSecrets } from './client.js';

/** Where clients are kept. */
export abstract class ClientStore {
  abstract find(
    clientId: string,
    disconnection?: AbortSignal,
  ): Promise<(Client & { secrets: ClientSecrets }) | undefined>;

  abstract isEmpty(): Promise<boolean>;

  /** @throws Conflict when the client_id is taken */
  abstract add(client: Client, secrets: ClientSecrets): Promise<void>;

  /**
   * Replaces a client by what `change` makes of it, its secrets aside, while nobody else changes it.
   * @returns undefined when there is no such client
   */
  abstract change(clientId: string, change: (client: Client) => Client): Promise<Client | undefined>;

  /**
   * Replaces a client's secret; the one that is there at that moment stays good until `overlapEnds`, if at all.
   * @returns false when there is no such client, or it has no secret
   */
  abstract replaceSecret(clientId: string, hash: Buffer, overlapEnds: Date | null): Promise<boolean>;

  abstract remove(clientId: string): Promise<boolean>;

  /** Clients in the order of their ids, after `after`. */
  abstract list(after: string | undefined, limit: number): Promise<Client[]>;

  /** Whether this client, or any active one, allows the origin. */
  abstract allowsOrigin(origin: string, clientId: string | undefined): Promise<boolean>;
}
