import { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { embeddedOptions } from '../../../platform/database/data-source.js';
import { EmbeddedDatabase } from '../../../platform/database/embedded-database.js';
import { usersPersistence } from '../index.js';
import { UserSearch1764583218031 } from './migrations/1764583218031-user-search.js';

it('the migration makes users of before findable by name and e-mail address', async () => {
  const embedded = await EmbeddedDatabase.open('memory://');
  try {
    const before = usersPersistence.migrations.filter((migration) => migration !== UserSearch1764583218031);
    await migrated(embedded, before, (dataSource) =>
      dataSource.query(`
        INSERT INTO users (id, username, canonical_username, name, email, email_verified, roles, status,
                           credentials_version, created_at, updated_at)
        SELECT gen_random_uuid(), n, n, CASE WHEN n % 2 = 0 THEN 'ZOË ' || n END, 'Zoë' || n || '@Example.com', false,
               '{}', 'active', '1', now(), now()
        FROM generate_series(1, 1001) AS n`),
    );
    const rows = await migrated(embedded, usersPersistence.migrations, (dataSource) =>
      dataSource.query('SELECT canonical_name, canonical_email FROM users ORDER BY username::integer'),
    );
    expect(rows).toEqual(
      Array.from({ length: 1001 }, (_, index) => ({
        canonical_name: (index + 1) % 2 === 0 ? `zoë ${index + 1}` : null,
        canonical_email: `zoë${index + 1}@example.com`,
      })),
    );
  } finally {
    await embedded.close();
  }
});

async function migrated(
  embedded: EmbeddedDatabase,
  migrations: Function[],
  work: (dataSource: DataSource) => Promise<unknown>,
): Promise<unknown> {
  const dataSource = new DataSource(embeddedOptions(embedded, { ...usersPersistence, migrations }));
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
