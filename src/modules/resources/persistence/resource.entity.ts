import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { JsonValue } from '../json-value.js';

@Entity('resources')
@Index('resources_by_owner', ['owner', 'id'])
export class ResourceEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'resources_pkey' })
  id: string;

  @Column('text')
  owner: string;

  @Column('text')
  title: string;

  /** Kept as it was written: jsonb would reorder members and write 1e308 out in 309 digits at every read. */
  @Column('json')
  body: JsonValue;

  @Column('integer')
  version: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
