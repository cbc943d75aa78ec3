import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { IN_MEMORY } from '../../config/config.js';
import { claimDataDirectory } from './data-directory.js';
import { DataDirectoryLock } from './data-directory-lock.js';

/** PostgreSQL in this process (PGlite), its files under the data directory, held by one process at a time. */
export class EmbeddedDatabase {
  private constructor(
    readonly pglite: PGlite,
    private readonly lock: DataDirectoryLock | undefined,
  ) {}

  /** Whether `open` will have to create it first. */
  static isNew(dataDir: string): boolean {
    return dataDir === IN_MEMORY || !existsSync(filesIn(dataDir));
  }

  /**
   * @param dataDir a directory, or `memory://` for a database that ends with the process
   * @throws DataDirectoryInUse
   */
  static async open(dataDir: string): Promise<EmbeddedDatabase> {
    if (dataDir === IN_MEMORY) return new EmbeddedDatabase(await PGlite.create(), undefined);
    const lock = DataDirectoryLock.acquire(dataDir);
    try {
      const pglite = await PGlite.create(filesIn(dataDir));
      // A new one has files that every user may write to.
      claimDataDirectory(dataDir);
      return new EmbeddedDatabase(pglite, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Writes what is left and gives the directory free. `DataSource.destroy()` does not do this. */
  async close(): Promise<void> {
    await this.pglite.close();
    this.lock?.release();
  }
}

function filesIn(dataDir: string): string {
  return join(dataDir, 'postgres');
}
