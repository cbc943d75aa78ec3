import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import { SigningKeyStore, type StoredSigningKey } from '../signing-keys/signing-key.js';
import { SigningKeyEntity } from './signing-key.entity.js';

@Injectable()
export class TypeormSigningKeyStore extends SigningKeyStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async list(): Promise<StoredSigningKey[]> {
    return listOf(this.dataSource.manager);
  }

  async addIf(
    isMissing: (stored: readonly StoredSigningKey[]) => boolean,
    { times: { announcedAt, ...times }, ...key }: StoredSigningKey,
  ): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      // Conflicts with itself and with every write, and with no read.
      await manager.query('LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE');
      if (!isMissing(await listOf(manager))) return;
      const row = { ...key, ...times, publicJwk: key.publicJwk as object, createdAt: announcedAt };
      await manager.insert(SigningKeyEntity, row);
    });
  }
}

async function listOf(manager: EntityManager): Promise<StoredSigningKey[]> {
  const rows = await manager.find(SigningKeyEntity, { order: { createdAt: 'ASC', kid: 'ASC' } });
  return rows.map(({ algorithm, createdAt, activeAt, retiredAt, removedAt, ...key }) => ({
    ...key,
    algorithm: algorithm as SigningAlgorithm,
    times: { announcedAt: createdAt, activeAt, retiredAt, removedAt },
  }));
}
