import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { persistenceOf } from '../../src/app.module.js';
import { EmbeddedDatabase } from '../../src/platform/database/embedded-database.js';
import { type Persistence, embeddedOptions } from '../../src/platform/database/data-source.js';

/** What a process with every role keeps. */
const appPersistence = persistenceOf({ identity: true, oauth: true, api: true, gateway: true });

/** Kept by no migration. */
@Entity('forgotten')
class ForgottenEntity {
  @PrimaryColumn('text')
  id: string;

  @Column('text', { nullable: true })
  name: string | null;
}

describe('the migrations', () => {
  let embedded: EmbeddedDatabase;

  beforeAll(async () => {
    embedded = await EmbeddedDatabase.open('memory://');
    await connected(appPersistence, (dataSource) => dataSource.runMigrations());
  });

  afterAll(() => embedded.close());

  async function connected<T>(
    persistence: Persistence,
    work: (dataSource: DataSource) => Promise<T>,
  ): Promise<T> {
    const dataSource = await new DataSource(embeddedOptions(embedded, persistence)).initialize();
    try {
      return await work(dataSource);
    } finally {
      await dataSource.destroy();
    }
  }

  /** The statements that would still be needed to make the database what the entities say. */
  async function differences(persistence: Persistence): Promise<string[]> {
    const { upQueries } = await connected(persistence, (dataSource) =>
      dataSource.driver.createSchemaBuilder().log(),
    );
    return upQueries.map(({ query }) => query);
  }

  it('make exactly what the entities say', async () => {
    expect(appPersistence.entities.length).toBeGreaterThan(5);
    expect(await differences(appPersistence)).toEqual([]);
  });

  it('leave nothing to run the second time', async () => {
    expect(await connected(appPersistence, (dataSource) => dataSource.runMigrations())).toEqual([]);
  });

  it('would be found out if an entity had none', async () => {
    const persistence = { ...appPersistence, entities: [...appPersistence.entities, ForgottenEntity] };
    expect(await differences(persistence)).toEqual([expect.stringContaining('CREATE TABLE "forgotten"')]);
  });

  it('would be found out if they made a column that no entity has', async () => {
    await connected(appPersistence, (dataSource) =>
      dataSource.query('ALTER TABLE clients ADD COLUMN stray text'),
    );
    expect(await differences(appPersistence)).toEqual([expect.stringContaining('DROP COLUMN "stray"')]);
  });

  it('take back all that they make', async () => {
    const tables = await connected(appPersistence, async (dataSource) => {
      for (const _ of appPersistence.migrations) await dataSource.undoLastMigration();
      return dataSource.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
    });
    expect(tables).toEqual([{ tablename: 'migrations' }]);
  });
});
