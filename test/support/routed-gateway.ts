import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RouteEntry } from '../../src/modules/gateway/routes/file/route-entry.js';
import { signIn } from './http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from './mothers.js';
import { type ServerOptions, type TestServer, startOne } from './server.js';

/** A gateway that reads its routes from a file, with somebody who may use them. */
export interface RoutedGateway extends TestServer {
  /** The file of routes, in a folder of its own. */
  file: string;
  client: TestClient;
  person: TestPerson;
  /** Signs the person in. @param scope of the scopes in `SCOPES` */
  tokenFor(scope: string): Promise<string>;
  /** Puts other routes in the file. Text is written as it stands. */
  write(routes: RouteEntry[] | string): void;
}

/** What the client of a routed gateway may ask for. */
export const SCOPES = ['profile', 'account', 'resources:read', 'orders:read', 'orders:write', 'admin:all'];

/** Gateway, tokens and people in one process; upstreams are whatever the routes name. */
export async function startRoutedGateway(
  routes: RouteEntry[],
  { environment = {}, ...options }: ServerOptions = {},
): Promise<RoutedGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'grantway-routes-'));
  const file = join(folder, 'routes.yaml');
  write(routes);
  const server = await startOne({
    ...options,
    environment: { ROLES: 'identity,oauth,gateway', ROUTES_FILE: file, ...environment },
  });
  const client = await aConfidentialClient(server, { scope: SCOPES });
  const person = await aPerson(server);
  return {
    ...server,
    ...{ file, client, person, write },
    async tokenFor(scope) {
      const { status, json } = await signIn(server, client, person, scope);
      if (status !== 200) throw new Error(`The sign-in was answered ${status}.`);
      return json.access_token;
    },
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  /** In one step, as whoever deploys a file should: JSON is YAML. */
  function write(content: RouteEntry[] | string): void {
    const text = typeof content === 'string' ? content : JSON.stringify({ routes: content });
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }
}
