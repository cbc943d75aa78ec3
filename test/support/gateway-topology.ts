import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MovableClock } from './clock.js';
import { freePort } from './free-port.js';
import { type TestServer, startOne } from './one-server.js';

/** Gateway, auth server and backend API: three applications on three sockets, each with a database of its own. */
export interface GatewayTopology {
  /** Roles `gateway` and `oauth`: what clients call. */
  gateway: TestServer;
  identity: TestServer;
  api: TestServer;
  /** The gateway's towards the auth server. */
  secret: string;
  /** The one clock of all three. */
  clock: MovableClock;
  close(): Promise<void>;
}

type Environment = Record<string, string>;

/** @param more variables for every process, or for one */
export async function startTopology(
  more: { every?: Environment; gateway?: Environment; identity?: Environment; api?: Environment } = {},
): Promise<GatewayTopology> {
  const secret = randomBytes(32).toString('hex');
  const clock = new MovableClock();
  const [port, identityPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const url = (number: number): string => `http://127.0.0.1:${number}`;
  const common = { ISSUER: `http://localhost:${port}`, INTERNAL_SECRET: secret, ...more.every };
  const start = (ownPort: number, environment: Environment): Promise<TestServer> =>
    startOne({ environment: { PORT: String(ownPort), ...common, ...environment }, clock });
  const identity = await start(identityPort, {
    ROLES: 'identity',
    GATEWAY_URL: url(port),
    ...more.identity,
  });
  const api = await start(apiPort, { ROLES: 'api', GATEWAY_URL: url(port), ...more.api });
  const gateway = await start(port, {
    ROLES: 'gateway,oauth',
    IDENTITY_URL: url(identityPort),
    API_URL: url(apiPort),
    ...more.gateway,
  });
  return {
    gateway,
    identity,
    api,
    secret,
    clock,
    async close() {
      await gateway.close();
      await Promise.all([identity.close(), api.close()]);
    },
  };
}

/**
 * The topology as if it were one server: what the suites of the direct topology ask of theirs, answered by whichever
 * process has it. So one suite runs over both.
 */
export function asOne(topology: GatewayTopology): TestServer {
  const { gateway, identity, api, clock } = topology;
  const servers = [gateway, identity, api];
  const get: NestFastifyApplication['get'] = (token: never) => {
    for (const { app } of servers) {
      try {
        return app.get(token, { strict: false });
      } catch {
        // Another process has it.
      }
    }
    throw new Error('No process of the topology has this provider.');
  };
  return {
    ...gateway,
    app: new Proxy(gateway.app, {
      get: (app, name) => (name === 'get' ? get : Reflect.get(app, name, app)),
    }),
    clock,
    processes: servers,
    close: () => topology.close(),
    get logs() {
      return servers.flatMap(({ logs }) => logs);
    },
  };
}
