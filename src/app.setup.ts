import { NestFactory } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { setUpDocs } from './app.docs.js';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { RouteAccess } from './modules/access/index.js';
import { GatewayEdge } from './modules/gateway/index.js';
import { Clock } from './platform/clock/clock.js';
import { createAdapter } from './platform/http/adapter.js';
import { registerArrival } from './platform/http/arrival.js';
import { registerBodyParsers } from './platform/http/body-parsers.js';
import { registerBodyDeadline } from './platform/http/body-deadline.js';
import { ClientAddresses, registerClientAddress } from './platform/http/client-address.js';
import { AllowedOrigins, CorsPolicy, registerCors } from './platform/http/cors.js';
import { registerDisconnection } from './platform/http/disconnection.js';
import { registerDrain } from './platform/http/drain.js';
import { type Deadlines, deadlinesOf, forwarding } from './platform/http/limits.js';
import { registerMethodNotAllowed, registerNotFound } from './platform/http/method-not-allowed.js';
import { OwnPaths } from './platform/http/own-paths.js';
import { registerRequestChecks } from './platform/http/request-checks.js';
import { registerRequestId } from './platform/http/request-id.js';
import { registerTransportCheck } from './platform/http/transport-check.js';
import { createValidationPipe } from './platform/http/validation.js';
import { AppLogger } from './platform/logging/logging.module.js';
import { NestLogger } from './platform/logging/logger.js';
import { registerRequestLog } from './platform/logging/request-log.js';

/** Builds the application as it runs, short of listening: for main.ts and for every end-to-end test alike. */
export async function createApp(config: Config, logger: Logger): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, logger),
    adapterFor(config),
    { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
  );
  setUpApp(app, config);
  return app;
}

export function adapterFor(config: Config, deadlines = deadlinesOf(config.http)): FastifyAdapter {
  return createAdapter(config, config.roles.gateway ? forwarding(deadlines) : deadlines);
}

/** Everything between the socket and the controllers, in the order in which it meets a request. */
export function setUpApp(
  app: NestFastifyApplication,
  config: Config,
  deadlines: Deadlines = deadlinesOf(config.http),
): void {
  const fastify = app.getHttpAdapter().getInstance();
  const cors = new CorsPolicy(config.server, app.get(AllowedOrigins));
  const ownPaths = new OwnPaths();
  ownPaths.learnFrom(fastify);
  const addresses = new ClientAddresses(config.server.trustedProxies);
  registerClientAddress(fastify, addresses);
  registerArrival(fastify, app.get(Clock));
  registerRequestId(fastify);
  registerDisconnection(fastify);
  registerRequestLog(fastify, app.get(AppLogger), addresses);
  registerDrain(fastify);
  registerRequestChecks(fastify, config);
  registerTransportCheck(fastify, config.server);
  if (config.roles.gateway) registerBodyDeadline(fastify, deadlines.requestMs);
  registerCors(fastify, cors, ownPaths);
  registerMethodNotAllowed(fastify, ownPaths);
  if (config.roles.gateway) app.get(GatewayEdge).register(fastify, cors, ownPaths);
  registerNotFound(fastify);
  app.get(RouteAccess).register(fastify);
  registerBodyParsers(fastify);
  app.useGlobalPipes(createValidationPipe());
  if (config.server.docs) setUpDocs(app, config);
}
