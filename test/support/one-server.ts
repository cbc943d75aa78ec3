import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { adapterFor, setUpApp } from '../../src/app.setup.js';
import { type Config, loadConfig } from '../../src/config/config.js';
import { firstStart } from '../../src/first-start.js';
import { Clock } from '../../src/platform/clock/clock.js';
import type { Deadlines } from '../../src/platform/http/limits.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { prepareDatabase } from '../../src/preparation.js';
import { MovableClock } from './clock.js';
import { type TestDatabase, aDatabase } from './database.js';
import { freePort } from './free-port.js';

/** The first client and the first administrator of every test server. */
export const FIRST_CLIENT = { id: 'first-client', secret: 'first-client-secret-of-the-tests' } as const;
export const ADMINISTRATOR = { username: 'root', password: 'seven green bicycles sing' } as const;

/** The names by which tests on bare sockets ask for this server, and which it knows as its own. */
const HOST_NAMES = 'a,as,as.example,api.example';

export interface Route {
  method: string;
  /** The router's pattern, such as `/api/resources/:id`. */
  path: string;
}

/** The real application on a real socket, with a database of its own and a clock that can be moved. */
export interface TestServer {
  app: NestFastifyApplication;
  origin: string;
  port: number;
  config: Config;
  clock: MovableClock;
  database: TestDatabase;
  /** Every log line written so far, at level trace. */
  logs: string[];
  /** Every route that the router knows. */
  routes: Route[];
  /** The processes behind it, where it stands for several. */
  processes?: TestServer[];
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Variables beside the defaults of the tests. */
  environment?: Record<string, string>;
  /** An existing one, to start a second instance on; the caller then drops it. */
  database?: TestDatabase | undefined;
  /** Shorter ones, where a test has to wait for them. */
  deadlines?: Deadlines | undefined;
  clock?: MovableClock;
}

/** One process. */
export async function startOne({
  environment = {},
  database,
  deadlines,
  clock = new MovableClock(),
}: ServerOptions = {}): Promise<TestServer> {
  const ownDatabase = database === undefined;
  const used = database ?? (await aDatabase());
  const port = environment.PORT === undefined ? await freePort() : Number(environment.PORT);
  const config = loadConfig({
    PORT: String(port),
    ...(environment.GATEWAY_URL === undefined ? { ISSUER: `http://localhost:${port}` } : {}),
    ALLOWED_HOSTS: HOST_NAMES,
    DATA_DIR: used.dataDir,
    ...(used.url === undefined ? {} : { DATABASE_URL: used.url }),
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    LOG_LEVEL: 'trace',
    BOOTSTRAP_CLIENT_ID: FIRST_CLIENT.id,
    BOOTSTRAP_CLIENT_SECRET: FIRST_CLIENT.secret,
    BOOTSTRAP_USERNAME: ADMINISTRATOR.username,
    BOOTSTRAP_PASSWORD: ADMINISTRATOR.password,
    ...environment,
  });
  const logs: string[] = [];
  const logger = createLogger(config.server.logLevel, { write: (line) => void logs.push(line) });
  const module = await Test.createTestingModule({ imports: [AppModule.forRoot(config, logger)] })
    .overrideProvider(Clock)
    .useValue(clock)
    .setLogger(false as never)
    .compile();
  const adapter = adapterFor(config, deadlines);
  const routes: Route[] = [];
  adapter.getInstance().addHook('onRoute', ({ method, url }: { method: string | string[]; url: string }) => {
    routes.push(...[method].flat().map((name) => ({ method: name, path: url })));
  });
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { bodyParser: false });
  setUpApp(app, config, deadlines);
  await app.init();
  await prepareDatabase(app, config);
  await firstStart(app);
  await app.listen(port, '127.0.0.1');
  return {
    app,
    origin: `http://127.0.0.1:${port}`,
    port,
    config,
    clock,
    database: used,
    logs,
    routes,
    async close() {
      await app.close();
      if (ownDatabase) await used.drop();
    },
  };
}
