import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { digestsEqual, sha256 } from '../../../platform/crypto/digest.js';
import { randomToken } from '../../../platform/crypto/random.js';
import { InvalidClient } from '../../../protocol/oauth-error.js';
import type { AuthenticatedClient, Client, ClientSecrets } from '../client.js';
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
   * @param disconnection of the request that presents them
   * @returns the active client that the credentials are for
   * @throws InvalidClient, the same whatever was wrong; Disconnected
   */
  async authenticate(
    presented: PresentedCredentials,
    disconnection?: AbortSignal,
  ): Promise<AuthenticatedClient> {
    const client = await this.clients.find(presented.clientId, disconnection);
    const presentedHash = presented.secret === undefined ? null : sha256(presented.secret);
    const proven = this.isProven(presentedHash, client?.secrets ?? NOBODY);
    if (client === undefined || !proven || !mayUse(client, presented) || client.status !== 'active') {
      throw new InvalidClient(
        presented.triedBasic,
        client === undefined ? 'unknown client' : `not authenticated: ${client.clientId}`,
      );
    }
    return { ...client, presentedHash };
  }

  /**
   * The client as of now, asked once more after tokens were made; undefined when it is gone or disabled, or when the secret
   * that it presented has ended.
   */
  async reconfirm({ clientId, presentedHash }: AuthenticatedClient): Promise<Client | undefined> {
    const client = await this.clients.find(clientId);
    if (client?.status !== 'active') return undefined;
    return this.isProven(presentedHash, client.secrets) ? client : undefined;
  }

  private isProven(digest: Buffer | null, { current, previous }: ClientSecrets): boolean {
    if (digest === null) return current === null;
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
