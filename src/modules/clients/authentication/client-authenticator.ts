import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { InvalidClient } from '../../../protocol/oauth-error.js';
import type { AuthenticatedClient, Client, ClientSecrets } from '../client.js';
import { ClientStore } from '../client-store.js';
import { AuthenticationMethodRegistry } from './authentication-method-registry.js';
import type { ClientAuthenticationRequest } from './credential-placement.js';
import { UNKNOWN_CLIENT } from './methods/client-secret.js';
import type { PresentedCredentials } from './presented-credentials.js';

/** Validates client credentials. RFC 6749 §2.3. */
@Injectable()
export class ClientAuthenticator {
  constructor(
    private readonly methods: AuthenticationMethodRegistry,
    private readonly clients: ClientStore,
    private readonly clock: Clock,
  ) {}

  /**
   * @param disconnection of the request that has the credentials
   * @returns the active client that the credentials are for
   * @throws InvalidClient, the same whatever was wrong; InvalidRequest; Disconnected
   */
  async authenticate(
    request: ClientAuthenticationRequest,
    disconnection?: AbortSignal,
  ): Promise<AuthenticatedClient> {
    const presented = this.methods.read(request);
    const client = await this.clients.find(presented.clientId, disconnection);
    const proven = await this.isProven(presented, client?.secrets ?? UNKNOWN_CLIENT);
    if (client === undefined || !proven || !mayUse(client, presented) || client.status !== 'active') {
      throw new InvalidClient(
        presented.triedBasic,
        client === undefined ? 'unknown client' : `not authenticated: ${client.clientId}`,
      );
    }
    return { ...client, presented };
  }

  /**
   * The client as of now, read once more after tokens were made; undefined when it is deleted or disabled, or when the
   * credentials that it presented have ended.
   */
  async reconfirm({ clientId, presented }: AuthenticatedClient): Promise<Client | undefined> {
    const client = await this.clients.find(clientId);
    if (client?.status !== 'active') return undefined;
    return (await this.isProven(presented, client.secrets)) ? client : undefined;
  }

  private async isProven(presented: PresentedCredentials, registered: ClientSecrets): Promise<boolean> {
    return this.methods.named(presented.method).verify(presented, registered, this.clock.now());
  }
}

/** Whether the registration allows the method: a client with a secret may use either unless it names one. */
function mayUse({ authenticationMethod }: Client, { method }: PresentedCredentials): boolean {
  if (authenticationMethod === null) return method !== 'none';
  return authenticationMethod === method;
}
