import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { digestsEqual, sha256 } from '../../../platform/crypto/digest.js';
import { randomToken } from '../../../platform/crypto/random.js';
import { InvalidClient } from '../../../protocol/oauth-error.js';
import type { Client, ClientSecrets } from '../client.js';
import { ClientStore } from '../client-store.js';
import type { PresentedCredentials } from './presented-credentials.js';

/** Stands in for a client that does not exist, so that it costs what a wrong secret costs. */
const NOBODY: ClientSecrets = { current: sha256(randomToken()), previous: null };

/** Validates client credentials. RFC 6749 §2.3. */
@Injectable()
export class ClientAuthenticator {
  constructor(
    private readonly clients: ClientStore,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the active client that the credentials are for
   * @throws InvalidClient, the same whatever was wrong
   */
  async authenticate(presented: PresentedCredentials): Promise<Client> {
    const client = await this.clients.find(presented.clientId);
    const proven = this.isProven(presented, client?.secrets ?? NOBODY);
    if (client === undefined || !proven || !mayUse(client, presented) || client.status !== 'active') {
      throw new InvalidClient(
        presented.triedBasic,
        client === undefined ? 'unknown client' : `not authenticated: ${client.clientId}`,
      );
    }
    return client;
  }

  /** The client as of now, asked once more after tokens were made; undefined when gone or disabled. */
  async findActive(clientId: string): Promise<Client | undefined> {
    const client = await this.clients.find(clientId);
    return client?.status === 'active' ? client : undefined;
  }

  private isProven({ secret }: PresentedCredentials, { current, previous }: ClientSecrets): boolean {
    if (secret === undefined) return current === null;
    const digest = sha256(secret);
    const isCurrent = digestsEqual(digest, current ?? NOBODY.current!);
    const isPrevious =
      previous !== null && digestsEqual(digest, previous.hash) && previous.expiresAt > this.clock.now();
    return isCurrent || isPrevious;
  }
}

/** Whether the registration allows the method: a client with a secret may use either unless it names one. */
function mayUse({ authenticationMethod }: Client, { method }: PresentedCredentials): boolean {
  if (authenticationMethod === null) return method !== 'none';
  return authenticationMethod === method;
}
