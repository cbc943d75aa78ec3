import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { afterEach } from 'vitest';
import type { Admission } from '../../src/modules/gateway/proxy/admission.js';
import { Forwarder } from '../../src/modules/gateway/proxy/forwarder.js';
import type { RevalidationTerms } from '../../src/modules/gateway/proxy/revalidation.js';
import type { Asking } from '../../src/modules/gateway/proxy/targets/target.js';
import { UpstreamPools } from '../../src/modules/gateway/proxy/targets/upstream-pools.js';
import { DEFAULT_UPSTREAM } from '../../src/modules/gateway/routes/route-defaults.js';
import type { Route, Upstream } from '../../src/modules/gateway/routes/route.js';
import { SystemClock } from '../../src/platform/clock/clock.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { type ProblemError, Unavailable } from '../../src/protocol/problem.js';
import { Throttled } from '../../src/protocol/throttled.js';
import { aRoute } from './routes.js';
import type { UpstreamServer } from './upstream-server.js';

/** An HTTP server that has decided to forward everything by one route, and answers failures as problems. */
export interface Front {
  origin: string;
  port: number;
  server: Server;
  pools: UpstreamPools;
  /** Log lines, parsed. */
  logs: Record<string, unknown>[];
  /** Forwards that have not ended. */
  underWay: number;
  close(): Promise<void>;
}

/** What never ends by itself. */
export const FOR_EVER: RevalidationTerms = {
  ...{ expiresAt: undefined, refusalNow: async () => undefined, checkMs: 1_000 },
};

/** A request by nobody in particular, without a body. */
export function anybodyAt(route: Route): Asking {
  return { route, caller: 'anybody', hasBody: false };
}

/**
 * Callers are told apart by the header `X-Caller`.
 *
 * @param said what the decision says of each request beside the route
 * @param anonymousWaitMs in place of many seconds, how long a body without a token may keep an upstream waiting
 */
export async function startFront(
  route: Route,
  said: Partial<Admission> = {},
  { anonymousWaitMs }: { anonymousWaitMs?: number } = {},
): Promise<Front> {
  const logs: Record<string, unknown>[] = [];
  const logger = createLogger('trace', { write: (line) => void logs.push(JSON.parse(line)) });
  const pools = new UpstreamPools(logger);
  const forwarder = new Forwarder(pools, logger, new SystemClock(), anonymousWaitMs);
  const server = createServer((request, response) => {
    front.underWay += 1;
    void forwarder
      .forward(anAdmission(request, route, said), request, response)
      .catch((error: ProblemError | Throttled) => answerProblem(response, error))
      .finally(() => (front.underWay -= 1));
  });
  for (const event of ['checkContinue', 'checkExpectation']) {
    server.on(event, (request, response) => server.emit('request', request, response));
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const front: Front = {
    ...{ origin: `http://127.0.0.1:${port}`, port, server, pools, logs, underWay: 0 },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pools.onApplicationShutdown();
    },
  };
  return front;
}

/** As the error filter does. */
function answerProblem(response: ServerResponse, error: ProblemError | Throttled): void {
  const status = error instanceof Throttled ? 429 : (error.status ?? 500);
  response.statusCode = status;
  if (error instanceof Unavailable || error instanceof Throttled)
    response.setHeader('Retry-After', error.retryAfter);
  response.setHeader('Content-Type', 'application/problem+json');
  const detail = error instanceof Throttled ? error.message : (error.detail ?? error.stack);
  response.end(JSON.stringify({ status, detail }));
}

/** Of a request that goes where it asks to go. @param said what the decision says of it beside the route */
export function anAdmission(
  request: IncomingMessage,
  route: Route,
  said: Partial<Admission> = {},
): Admission {
  return {
    route,
    path: request.url ?? '/',
    claims: undefined,
    identityHeaders: {},
    renewIdentity: async () => said.identityHeaders ?? {},
    terms: FOR_EVER,
    requestId: 'request-1',
    caller: callerNamedIn(request),
    clientIp: '203.0.113.9',
    publicOrigin: 'https://api.example',
    extraResponseHeaders: {},
    awaitsContinue: request.headers.expect === '100-continue',
    ...said,
  };
}

/** Of the header `X-Caller`; without it every request is of somebody else. */
function callerNamedIn({ headers }: IncomingMessage): string {
  return headers['x-caller'] === undefined ? randomUUID() : String(headers['x-caller']);
}

/** Asks until it is so, for five seconds at most. */
export async function until(isSo: () => boolean, what = 'it to be so'): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Servers of one test, closed after it. */
export function closedAfterEach() {
  let servers: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    const closing = servers;
    servers = [];
    await Promise.all(closing.map((server) => server.close()));
  });
  return <T extends { close(): Promise<void> }>(server: T): T => {
    servers.push(server);
    return server;
  };
}

/** A route of everything to these upstreams. @param upstream what is said of them beside their origins */
export function aRouteTo(
  upstreams: readonly UpstreamServer[],
  said: Partial<Route> = {},
  upstream: Partial<Upstream> = {},
): Route {
  return aRoute('/**', {
    upstream: { ...DEFAULT_UPSTREAM, targets: upstreams.map(({ origin }) => origin), ...upstream },
    ...said,
  });
}
