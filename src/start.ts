import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { createApp } from './app.setup.js';
import { banner, credentials } from './banner.js';
import { type Config, loadConfig } from './config/config.js';
import type { Environment } from './config/environment.js';
import { type FirstStart, NowhereToShowCredentials, firstStart } from './first-start.js';
import { createLogger } from './platform/logging/logger.js';

/** How long requests in flight may take once a stop was asked for. Milliseconds. */
const DRAIN_MS = 10_000;

/** Runs the process: load the configuration, create the application, listen, and stop when asked. */
export async function start(environment: Environment): Promise<void> {
  let app: NestFastifyApplication | undefined;
  try {
    const config = loadConfig(environment);
    const logger = createLogger(config.server.logLevel);
    app = await createApp(config, logger);
    stopOnSignal(app, logger);
    const first = await makeFirstClient(app, config, logger);
    await app.listen(config.server.port, config.server.host);
    logger.info(
      { host: config.server.host, port: config.server.port, issuer: config.server.issuer },
      'listening',
    );
    if (process.stdout.isTTY) process.stdout.write(banner(config.server.issuer, config.server.docs, first));
  } catch (error) {
    // For an operator to read: what is wrong, without a stack and without a value of the configuration.
    process.stderr.write(`Grantway could not start. ${(error as Error).message}\n`);
    process.exitCode = 1;
    await app?.close();
  }
}

/** Sees to the first client and administrator, and shows what was generated where that was asked for. */
async function makeFirstClient(
  app: NestFastifyApplication,
  config: Config,
  logger: Logger,
): Promise<FirstStart | undefined> {
  const { output } = config.bootstrap;
  try {
    const first = await firstStart(app, output !== 'terminal' || process.stdout.isTTY);
    const text = first === undefined ? [] : credentials(first);
    if (text.length > 0 && output !== 'terminal') show(text.join('\n'), output);
    return first;
  } catch (error) {
    if (!(error instanceof NowhereToShowCredentials) || config.server.production) throw error;
    // A trial behind a pipe still shows its pages; nobody can sign in until the operator says how.
    logger.warn({}, error.message);
    return undefined;
  }
}

function show(text: string, output: string): void {
  if (output === 'stdout') process.stdout.write(`${text}\n`);
  else writeFileSync(output, `${text}\n`, { flag: 'wx', mode: 0o600 });
}

/** Drains and exits 0 on SIGINT and SIGTERM; a second signal, or too long a drain, ends the process at once. */
function stopOnSignal(app: NestFastifyApplication, logger: Logger): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      logger.info({ signal }, 'stopping');
      setTimeout(() => process.exit(1), DRAIN_MS).unref();
      void app.close().then(
        () => process.exit(0),
        (err: unknown) => {
          logger.error({ err }, 'the stop failed');
          process.exit(1);
        },
      );
    });
  }
}
