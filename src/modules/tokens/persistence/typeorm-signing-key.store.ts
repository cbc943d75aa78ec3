import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import { SigningKeyStore, type StoredSigningKey } from '../signing-keys/signing-key.js';
import { SigningKeyEntity } from './signing-key.entity.js';

@Injectable()
export class TypeormSigningKeyStore extends SigningKeyStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async list(): Promise<StoredSigningKey[]> {
    const keys = await this.dataSource.getRepository(SigningKeyEntity).find({ order: { createdAt: 'ASC' } });
    return keys.map((key) => ({ ...key, algorithm: key.algorithm as SigningAlgorithm }));
  }

  async addFirstOf(key: StoredSigningKey, createdAt: Date): Promise<void> {
    await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(SigningKeyEntity)
      .values({ ...key, publicJwk: key.publicJwk as object, createdAt })
      .orIgnore()
      .execute();
  }
}
