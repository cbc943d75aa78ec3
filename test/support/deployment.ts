import { randomBytes } from 'node:crypto';
import { type TestDatabase, aDatabase } from './database.js';
import { type ServerProcess, aHome, startProcess } from './process.js';
import { ADMINISTRATOR, FIRST_CLIENT, freePort } from './server.js';

/** One server process of several on the same database. */
export interface Instance extends ServerProcess {
  /** SIGKILL: nothing is drained, nothing is said. */
  kill(): Promise<void>;
}

/** Instances that share a PostgreSQL database, an issuer and an encryption key. */
export interface Deployment {
  issuer: string;
  database: TestDatabase;
  /** Starts one more instance, with further variables of its own. It listens when the promise is fulfilled. */
  start(own?: Record<string, string>): Promise<Instance>;
  /** Kills every instance that still runs, and drops the database. */
  close(): Promise<void>;
}

/** @param more variables of every instance, which may depend on the URL of the database */
export async function aDeployment(
  more: Record<string, string> | ((databaseUrl: string) => Record<string, string>) = {},
): Promise<Deployment> {
  const database = await aDatabase();
  if (database.url === undefined) throw new Error('Several instances need TEST_DATABASE_URL.');
  const home = aHome();
  const instances: Instance[] = [];
  const issuer = `http://localhost:${await freePort()}`;
  const environment = {
    ISSUER: issuer,
    DATABASE_URL: database.url,
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    BOOTSTRAP_CLIENT_ID: FIRST_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: FIRST_CLIENT.secret,
    BOOTSTRAP_USERNAME: ADMINISTRATOR.username,
    BOOTSTRAP_PASSWORD: ADMINISTRATOR.password,
    ...(typeof more === 'function' ? more(database.url) : more),
  };
  return {
    issuer,
    database,
    async start(own = {}) {
      const server = await startProcess({ home, environment: { ...environment, ...own } });
      const kill = async (): Promise<void> => {
        server.signal('SIGKILL');
        await server.ended;
      };
      const instance = Object.assign(server, { kill });
      instances.push(instance);
      await server.listening();
      return instance;
    },
    async close() {
      await Promise.all(instances.map((instance) => instance.kill()));
      await database.drop();
      home.remove();
    },
  };
}
