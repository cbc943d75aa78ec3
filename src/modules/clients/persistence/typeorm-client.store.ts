import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, MoreThan, Not, type Repository } from 'typeorm';
import { Database } from '../../../platform/database/database.js';
import { isUniqueViolation } from '../../../platform/database/unavailable.js';
import type { AccessTokenFormat } from '../../../protocol/access-token.js';
import type { ClientAuthenticationMethod, GrantType } from '../../../protocol/grant-types.js';
import type { SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import { Conflict } from '../../../protocol/problem.js';
import type { Client, ClientSecrets } from '../client.js';
import { ClientStore } from '../client-store.js';
import { ClientEntity } from './client.entity.js';

@Injectable()
export class TypeormClientStore extends ClientStore {
  private readonly clients: Repository<ClientEntity>;

  constructor(
    dataSource: DataSource,
    private readonly database: Database,
  ) {
    super();
    this.clients = dataSource.getRepository(ClientEntity);
  }

  async find(
    clientId: string,
    disconnection?: AbortSignal,
  ): Promise<(Client & { secrets: ClientSecrets }) | undefined> {
    const entity = await this.database.read(
      (manager) => manager.findOneBy(ClientEntity, { clientId }),
      disconnection,
    );
    return entity === null ? undefined : { ...clientOf(entity), secrets: secretsOf(entity) };
  }

  async isEmpty(): Promise<boolean> {
    return (await this.clients.count({ take: 1 })) === 0;
  }

  async add(client: Client, secrets: ClientSecrets): Promise<void> {
    try {
      await this.clients.insert({ ...columnsOf(client), ...secretColumnsOf(secrets) });
    } catch (error) {
      if (isUniqueViolation(error)) throw new Conflict('This client_id is taken.');
      throw error;
    }
  }

  async change(clientId: string, change: (client: Client) => Client): Promise<Client | undefined> {
    return this.clients.manager.transaction(async (manager) => {
      const lock = { mode: 'pessimistic_write' } as const;
      const entity = await manager.findOne(ClientEntity, { where: { clientId }, lock });
      if (entity === null) return undefined;
      const changed = change(clientOf(entity));
      await manager.update(ClientEntity, { clientId }, columnsOf(changed));
      return changed;
    });
  }

  async replaceSecret(clientId: string, hash: Buffer, overlapEnds: Date | null): Promise<boolean> {
    // One statement: read beforehand, a secret that another rotation has just ended would be kept good.
    const { affected } = await this.clients.update(
      { clientId, secretHash: Not(IsNull()) },
      {
        secretHash: hash,
        previousSecretHash: overlapEnds === null ? null : () => 'secret_hash',
        previousSecretExpiresAt: overlapEnds,
      },
    );
    return affected === 1;
  }

  async remove(clientId: string): Promise<boolean> {
    const { affected } = await this.clients.delete({ clientId });
    return affected === 1;
  }

  async list(after: string | undefined, limit: number): Promise<Client[]> {
    const entities = await this.clients.find({
      where: after === undefined ? {} : { clientId: MoreThan(after) },
      order: { clientId: 'ASC' },
      take: limit,
    });
    return entities.map(clientOf);
  }

  async allowsOrigin(origin: string, clientId: string | undefined): Promise<boolean> {
    const rows = await this.database.query(
      'client-allows-origin',
      `SELECT 1 FROM clients
       WHERE status = 'active' AND $1 = ANY(allowed_origins) AND ($2::text IS NULL OR client_id = $2) LIMIT 1`,
      [origin, clientId ?? null],
    );
    return rows.length === 1;
  }
}

function clientOf(entity: ClientEntity): Client {
  const { secretHash: _s, previousSecretHash: _p, previousSecretExpiresAt: _e, ...client } = entity;
  return {
    ...client,
    status: client.status as Client['status'],
    authenticationMethod: client.authenticationMethod as ClientAuthenticationMethod | null,
    grantTypes: client.grantTypes as GrantType[],
    accessTokenFormat: client.accessTokenFormat as AccessTokenFormat,
    signingAlgorithm: client.signingAlgorithm as SigningAlgorithm,
  };
}

function columnsOf(
  client: Client,
): Omit<ClientEntity, 'secretHash' | 'previousSecretHash' | 'previousSecretExpiresAt'> {
  return {
    ...client,
    grantTypes: [...client.grantTypes],
    scope: [...client.scope],
    defaultScope: [...client.defaultScope],
    audiences: [...client.audiences],
    allowedOrigins: [...client.allowedOrigins],
    userDetails: [...client.userDetails],
  };
}

function secretsOf(entity: ClientEntity): ClientSecrets {
  const { secretHash, previousSecretHash, previousSecretExpiresAt } = entity;
  return {
    current: secretHash,
    previous:
      previousSecretHash !== null && previousSecretExpiresAt !== null
        ? { hash: previousSecretHash, expiresAt: previousSecretExpiresAt }
        : null,
  };
}

function secretColumnsOf({
  current,
  previous,
}: ClientSecrets): Pick<ClientEntity, 'secretHash' | 'previousSecretHash' | 'previousSecretExpiresAt'> {
  return {
    secretHash: current,
    previousSecretHash: previous?.hash ?? null,
    previousSecretExpiresAt: previous?.expiresAt ?? null,
  };
}
