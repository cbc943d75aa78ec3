import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { claimDataDirectory } from './data-directory.js';

/** Another process works on the data directory. */
export class DataDirectoryInUse extends Error {
  constructor(dataDir: string) {
    super(
      `The data directory ${dataDir} is in use by another process. ` +
        'Stop that one, choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL server.',
    );
    this.name = 'DataDirectoryInUse';
  }
}

/** SQLite's own code for a lock that another process holds. */
const SQLITE_BUSY = 5;

/**
 * Holds the data directory for this process alone: PGlite takes no lock of its own, and two processes would
 * destroy its files. An exclusive SQLite transaction is a lock of the operating system's: it falls with the
 * process however that ends, where a file with a process id would have to be judged stale.
 */
export class DataDirectoryLock {
  private constructor(private readonly lock: DatabaseSync) {}

  /** @throws DataDirectoryInUse */
  static acquire(dataDir: string): DataDirectoryLock {
    claimDataDirectory(dataDir);
    const lock = new DatabaseSync(join(dataDir, 'lock'));
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      throw (error as { errcode?: number }).errcode === SQLITE_BUSY ? new DataDirectoryInUse(dataDir) : error;
    }
    return new DataDirectoryLock(lock);
  }

  release(): void {
    this.lock.close();
  }
}
