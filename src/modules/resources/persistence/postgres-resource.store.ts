import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import type { JsonValue } from '../json-value.js';
import type { ExpectedVersions, Resource, ResourceContent, ResourceKey, ResourcePage } from '../resource.js';
import { ResourceStore } from '../resource-store.js';

/** A row of `resources`, with the names of its columns. */
interface ResourceRow {
  id: string;
  owner: string;
  title: string;
  body: JsonValue;
  version: number;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = 'id, owner, title, body, version, created_at, updated_at';

/** Where the first page begins, so that every page is the same range of the index. RFC 9562 §5.10. */
const MAX_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Resources as prepared statements: each is a transaction of its own, and each that names an id names its owner. */
@Injectable()
export class PostgresResourceStore extends ResourceStore {
  constructor(private readonly database: Database) {
    super();
  }

  async add({ id, owner, title, body, version, createdAt, updatedAt }: Resource): Promise<void> {
    await this.database.query(
      'resource-add',
      `INSERT INTO resources (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, owner, title, JSON.stringify(body), version, createdAt, updatedAt],
    );
  }

  async find({ id, owner }: ResourceKey): Promise<Resource | undefined> {
    const [row] = await this.database.query<ResourceRow>(
      'resource-find',
      `SELECT ${COLUMNS} FROM resources WHERE id = $1 AND owner = $2`,
      [id, owner],
    );
    return row === undefined ? undefined : resourceOf(row);
  }

  async list(owner: string, { before, limit }: ResourcePage): Promise<Resource[]> {
    const rows = await this.database.query<ResourceRow>(
      'resource-list',
      `SELECT ${COLUMNS} FROM resources WHERE owner = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
      [owner, before ?? MAX_UUID, limit],
    );
    return rows.map(resourceOf);
  }

  async replace(
    { id, owner }: ResourceKey,
    { title, body }: ResourceContent,
    expected: ExpectedVersions,
    now: Date,
  ): Promise<Resource | undefined> {
    const [row] = await this.database.query<ResourceRow>(
      'resource-replace',
      `UPDATE resources SET title = $4, body = $5, version = version + 1, updated_at = $6
       WHERE id = $1 AND owner = $2 AND ($3::bigint[] IS NULL OR version = ANY($3))
       RETURNING ${COLUMNS}`,
      [id, owner, expected ?? null, title, JSON.stringify(body), now],
    );
    return row === undefined ? undefined : resourceOf(row);
  }

  async remove({ id, owner }: ResourceKey, expected: ExpectedVersions): Promise<boolean> {
    const rows = await this.database.query(
      'resource-remove',
      `DELETE FROM resources
       WHERE id = $1 AND owner = $2 AND ($3::bigint[] IS NULL OR version = ANY($3)) RETURNING id`,
      [id, owner, expected ?? null],
    );
    return rows.length === 1;
  }
}

function resourceOf({ created_at, updated_at, ...row }: ResourceRow): Resource {
  return { ...row, createdAt: created_at, updatedAt: updated_at };
}
