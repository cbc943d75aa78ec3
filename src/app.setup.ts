import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { setUpDocs } from './app.docs.js';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { createAdapter } from './platform/http/adapter.js';
import { registerBodyParsers } from './platform/http/body-parsers.js';
import { AllowedOrigins, registerCors } from './platform/http/cors.js';
import { MethodNotAllowed } from './platform/http/method-not-allowed.js';
import { registerSecurityHeaders } from './platform/http/security-headers.js';
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
    { logger: new NestLogger(logger), bodyParser: false, abortOnError: false, return503OnClosing: true },
  );
  setUpApp(app, config);
  return app;
}

/** Everything between the socket and the controllers, in the order in which it meets a request. */
export function setUpApp(app: NestFastifyApplication, config: Config): void {
  const fastify = app.getHttpAdapter().getInstance();
  const methodNotAllowed = new MethodNotAllowed(fastify);
  registerSecurityHeaders(app, fastify, config.server);
  registerRequestLog(fastify, app.get(AppLogger));
  registerTransportCheck(fastify, config.server);
  registerCors(fastify, config.server, app.get(AllowedOrigins));
  registerBodyParsers(fastify);
  app.useGlobalPipes(createValidationPipe());
  if (config.server.docs) setUpDocs(app);
  fastify.addHook('onReady', () => undefined);
  sealAfterInit(app, () => methodNotAllowed.seal());
}

/** Nest declares its routes in `init`, which `listen` calls too; what needs them all comes right after. */
function sealAfterInit(app: NestFastifyApplication, seal: () => void): void {
  const init = app.init.bind(app);
  let sealed = false;
  app.init = async () => {
    const initialised = await init();
    if (!sealed) {
      sealed = true;
      seal();
    }
    return initialised;
  };
}
