import type { Deadlines } from '../../src/platform/http/limits.js';
import type { TestDatabase } from './database.js';
import { asOne, startTopology } from './gateway-topology.js';
import { type TestServer, startOne } from './one-server.js';

export { freePort } from './free-port.js';
export {
  ADMINISTRATOR,
  FIRST_CLIENT,
  type Route,
  type ServerOptions,
  type TestServer,
  startOne,
} from './one-server.js';

/**
 * The application as clients see it: one process, or the three of the gateway topology where the suite runs over that.
 * @param database an existing one, to start a second instance on; the caller then drops it
 */
export async function startServer(
  environment: Record<string, string> = {},
  database?: TestDatabase,
  deadlines?: Deadlines,
): Promise<TestServer> {
  if (process.env.TEST_TOPOLOGY !== 'gateway') return startOne({ environment, database, deadlines });
  return asOne(await startTopology({ every: environment }));
}
