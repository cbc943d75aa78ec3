import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { sha256 } from '../../../platform/crypto/digest.js';
import { randomToken } from '../../../platform/crypto/random.js';
import { InvalidInput, NotFound } from '../../../protocol/problem.js';
import type { Client, ClientSecrets } from '../client.js';
import { ClientStore } from '../client-store.js';
import { type ClientRegistration, changedClient, newClient } from './client-registration.js';
import { ClientTokenRevocation } from './client-token-revocation.js';
import { grantsWithoutBasis } from './ended-by-change.js';

/** A fixed tag by which secret scanners know the secret; 256 random bits follow. */
const SECRET_TAG = 'gws_';

/** Registers and changes clients. */
@Injectable()
export class ClientRegistry {
  constructor(
    private readonly store: ClientStore,
    private readonly tokens: ClientTokenRevocation,
    private readonly clock: Clock,
  ) {}

  /**
   * @param chosen a client_id, and a secret where the operator set one; both are generated otherwise
   * @returns the secret this once, undefined for a public client
   * @throws InvalidInput, Conflict
   */
  async register(
    registration: ClientRegistration & { name: string },
    chosen: { clientId?: string; secret?: string } = {},
  ): Promise<{ client: Client; secret: string | undefined }> {
    const clientId = chosen.clientId ?? `client-${randomToken().slice(0, 22)}`;
    const client = newClient(clientId, registration, this.clock.now());
    const secret = client.authenticationMethod === 'none' ? undefined : (chosen.secret ?? newSecret());
    await this.store.add(client, secretsOf(secret));
    return { client, secret };
  }

  /** @throws NotFound */
  async get(clientId: string): Promise<Client> {
    const client = await this.store.find(clientId);
    if (client === undefined) throw new NotFound('client');
    const { secrets: _secrets, ...registration } = client;
    return registration;
  }

  async list(after: string | undefined, limit: number): Promise<Client[]> {
    return this.store.list(after, limit);
  }

  async isEmpty(): Promise<boolean> {
    return this.store.isEmpty();
  }

  /**
   * Changes what is named. Disabling ends the client's tokens, a grant type taken away ends those that rest on it, and scopes
   * taken away leave them.
   * @throws InvalidInput, NotFound
   */
  async change(clientId: string, change: ClientRegistration): Promise<Client> {
    const now = this.clock.now();
    const client = await this.store.change(clientId, (before) => {
      const after = changedClient(before, change, now);
      refuseOtherKind(before, after);
      return after;
    });
    if (client === undefined) throw new NotFound('client');
    // After the change is stored, so that a sign-in that races with it is either ended here or sees it itself.
    if (client.status === 'disabled') await this.tokens.end(clientId, 'all', 'client_disabled');
    else await this.narrow(client);
    return client;
  }

  /**
   * Gives a client a new secret. The old one stays good for `overlap` seconds, for a change without an outage.
   * @param endSessions whether all tokens of the client end; by default if the old secret ends at once, since an
   *   attacker who knew it may have obtained tokens
   * @throws InvalidInput for a public client, NotFound
   */
  async rotateSecret(
    clientId: string,
    overlap: number,
    endSessions = overlap === 0,
  ): Promise<{ client: Client; secret: string }> {
    const client = await this.get(clientId);
    if (client.authenticationMethod === 'none') {
      throw InvalidInput.member('client_id', 'is that of a public client, which has no secret');
    }
    const secret = newSecret();
    const overlapEnds = overlap > 0 ? this.clock.in(overlap) : null;
    const replaced = await this.store.replaceSecret(clientId, sha256(secret), overlapEnds);
    if (!replaced) throw new NotFound('client');
    if (endSessions) await this.tokens.end(clientId, 'all', 'client_secret_replaced');
    return { client, secret };
  }

  /** Deletes a client and ends its tokens. */
  async remove(clientId: string): Promise<void> {
    const removed = await this.store.remove(clientId);
    // Where there is none, too: an earlier attempt may have deleted the client and not got to its tokens.
    await this.tokens.end(clientId, 'all', 'client_disabled');
    if (!removed) throw new NotFound('client');
  }

  private async narrow(client: Client): Promise<void> {
    for (const grants of grantsWithoutBasis(client)) {
      await this.tokens.end(client.clientId, grants, 'client_changed');
    }
    await this.tokens.narrow(client.clientId, client.scope);
  }
}

/** A client with a secret and one without are not made into one another: who holds its id would change. */
function refuseOtherKind(before: Client, after: Client): void {
  if ((before.authenticationMethod === 'none') !== (after.authenticationMethod === 'none')) {
    throw InvalidInput.member('token_endpoint_auth_method', 'cannot change between public and confidential');
  }
}

function newSecret(): string {
  return SECRET_TAG + randomToken();
}

function secretsOf(secret: string | undefined): ClientSecrets {
  return { current: secret === undefined ? null : sha256(secret), previous: null };
}
