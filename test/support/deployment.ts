import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestDatabase, aDatabase } from './database.js';
import { ADMINISTRATOR, FIRST_CLIENT, freePort } from './server.js';

/** One server process, built and started as in production: `node dist/main.js`. */
export interface Instance {
  origin: string;
  port: number;
  /** Its log so far, one JSON line each. */
  logs: string[];
  /** SIGKILL: nothing is drained, nothing is said. */
  kill(): Promise<void>;
  /** SIGTERM. Fulfilled with the exit code. */
  stop(): Promise<number | null>;
}

/** Instances that share a PostgreSQL database, an issuer and an encryption key. */
export interface Deployment {
  issuer: string;
  database: TestDatabase;
  /** Starts one more instance. It listens when the promise is fulfilled. */
  start(): Promise<Instance>;
  /** Ends every instance that still runs, and drops the database. */
  close(): Promise<void>;
}

export async function aDeployment(environment: Record<string, string> = {}): Promise<Deployment> {
  const database = await aDatabase();
  if (database.url === undefined) throw new Error('Several instances need TEST_DATABASE_URL.');
  const issuer = `http://localhost:${await freePort()}`;
  const running = new Set<ChildProcess>();
  const shared = {
    ISSUER: issuer,
    DATABASE_URL: database.url,
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    BOOTSTRAP_CLIENT_ID: FIRST_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: FIRST_CLIENT.secret,
    BOOTSTRAP_USERNAME: ADMINISTRATOR.username,
    BOOTSTRAP_PASSWORD: ADMINISTRATOR.password,
    ...environment,
  };
  return {
    issuer,
    database,
    async start() {
      const port = await freePort();
      const child = spawn(process.execPath, ['dist/main.js'], {
        env: { ...shared, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running.add(child);
      child.once('exit', () => running.delete(child));
      const logs = await listening(child);
      return {
        origin: `http://127.0.0.1:${port}`,
        port,
        logs,
        kill: () => end(child, 'SIGKILL'),
        stop: async () => {
          await end(child, 'SIGTERM');
          return child.exitCode;
        },
      };
    },
    async close() {
      await Promise.all([...running].map((child) => end(child, 'SIGKILL')));
      await database.drop();
    },
  };
}

/** Fulfilled with the log, which goes on growing, once the process says that it listens. */
async function listening(child: ChildProcess): Promise<string[]> {
  const logs: string[] = [];
  let complaint = '';
  child.stderr!.on('data', (chunk) => (complaint += String(chunk)));
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      logs.push(line);
      if (line.includes('"msg":"listening"')) resolve(logs);
    });
    child.once('exit', (code) => reject(new Error(`The instance ended with ${code}. ${complaint}`)));
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
