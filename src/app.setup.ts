import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { setUpDocs } from './app.docs.js';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { createAdapter } from './platform/http/adapter.js';
import { registerBodyParsers } from './platform/http/body-parsers.js';
import { AllowedOrigins, registerCors } from './platform/http/cors.js';
import { registerDrain } from './platform/http/drain.js';
import { registerMethodNotAllowed } from './platform/http/method-not-allowed.js';
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
    createAdapter(config.server),
    { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
  );
  setUpApp(app, config);
  return app;
}

/** Everything between the socket and the controllers, in the order in which it meets a request. */
export function setUpApp(app: NestFastifyApplication, config: Config): void {
  const fastify = app.getHttpAdapter().getInstance();
  registerRequestId(fastify);
  registerRequestLog(fastify, app.get(AppLogger));
  registerDrain(fastify);
  registerRequestChecks(fastify);
  registerTransportCheck(fastify, config.server);
  registerCors(fastify, config.server, app.get(AllowedOrigins));
  registerMethodNotAllowed(fastify);
  registerBodyParsers(fastify);
  app.useGlobalPipes(createValidationPipe());
  if (config.server.docs) setUpDocs(app, config);
}
