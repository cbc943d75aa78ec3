import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type DestinationStream, type Logger, destination } from 'pino';
import { createApp } from './app.setup.js';
import { banner } from './banner.js';
import type { Config } from './config/config.js';
import type { Environment } from './config/environment.js';
import { isOnScreen, openCredentialsOutput } from './credentials-output.js';
import { type FirstStart, NowhereToShowCredentials, firstStart } from './first-start.js';
import { listen } from './listen-address.js';
import { JobScheduler } from './platform/jobs/job-scheduler.js';
import { createLogger } from './platform/logging/logger.js';
import { readable } from './platform/logging/readable-log.js';
import { whenNpmIsGone } from './platform/process/npm-parent.js';
import { outliveTerminal, terminalIsGone } from './platform/process/terminal.js';
import { initialize, prepareDatabase } from './preparation.js';
import { checkedConfig } from './start-checks.js';

/** How long requests in flight may take once a stop was asked for. Milliseconds. */
const DRAIN_MS = 10_000;

/** Ctrl-C under `npm start` comes twice at once: from the terminal, and passed on by npm. Milliseconds. */
const SAME_STOP_MS = 500;

/** Runs the process: load the configuration, create the application, listen, and stop when asked. */
export async function start(environment: Environment): Promise<void> {
  outliveTerminal();
  let app: NestFastifyApplication | undefined;
  try {
    const config = await checkedConfig(environment);
    const output = standardOutput();
    const logger = createLogger(config.server.logLevel, process.stdout.isTTY ? readable(output) : output);
    app = await createApp(config, logger);
    stopOnSignal(app, environment, logger);
    await initialize(app, config);
    await prepareDatabase(app, config);
    const first = await makeFirstClient(app, config, logger);
    app.get(JobScheduler).start();
    await listen(app, config.server);
    const { host, port, issuer, docs } = config.server;
    logger.info({ host, port, issuer }, 'listening');
    // To whoever started this process and waits: scripts/start-gateway.mjs, or a process manager.
    if (process.connected) process.send?.('ready');
    if (process.stdout.isTTY) process.stdout.write(banner(issuer, docs, first));
  } catch (error) {
    // For an operator to read: what is wrong, without a stack and without a value of the configuration.
    process.stderr.write(`Grantway could not start. ${explain(error)}\n`);
    process.exitCode = 1;
    await app?.close();
  }
}

/**
 * Sees to the first client and administrator, and shows what was generated where that was asked for.
 * @returns what may be shown again in the banner
 */
async function makeFirstClient(
  app: NestFastifyApplication,
  { bootstrap, server }: Config,
  logger: Logger,
): Promise<FirstStart | undefined> {
  try {
    // In production, secrets come from the operator's own store: none is made up.
    const first = await firstStart(app, () =>
      server.production ? undefined : openCredentialsOutput(bootstrap),
    );
    return isOnScreen(bootstrap) ? first : undefined;
  } catch (error) {
    if (!(error instanceof NowhereToShowCredentials) || server.production) throw error;
    // A trial behind a pipe still shows its pages; nobody can sign in until the operator says how.
    logger.warn({}, error.message);
    return undefined;
  }
}

/** Some errors of the system have a code and no text of their own. */
function explain(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || (code ?? 'The reason is unknown.');
}

/**
 * Where the log goes. A terminal that is gone takes no more lines, and must not keep its process from ending: at the exit
 * the stream would try the last of them again and again, whether it has heard of the failure by then or not.
 */
function standardOutput(): DestinationStream {
  const output = destination(1);
  const flush = output.flushSync.bind(output);
  output.flushSync = () => {
    if (!terminalIsGone()) flush();
  };
  output.on('error', (error) => {
    if (!terminalIsGone()) throw error;
    const nothing = (): void => undefined;
    Object.assign(output, { write: nothing, flushSync: nothing, end: nothing });
  });
  return output;
}

/**
 * Drains and exits 0 on SIGINT, on SIGTERM, and when the terminal or the npm that started it is gone. A second SIGINT or
 * SIGTERM, or a drain of over ten seconds, ends the process at once.
 */
function stopOnSignal(app: NestFastifyApplication, environment: Environment, logger: Logger): void {
  let stoppingSince: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SAME_STOP_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    void app.close().then(
      () => process.exit(0),
      (err: unknown) => {
        logger.error({ err }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  whenNpmIsGone(environment, () => {
    if (stoppingSince === undefined) stop('SIGTERM');
  });
  // Otherwise it asks for the routes to be read again, which ActiveRoutes does where they come from a file. Where they do
  // not, there is nothing to be done, and above all not what Node does with a signal that nobody listens to.
  process.on('SIGHUP', (signal) => {
    if (terminalIsGone() && stoppingSince === undefined) stop(signal);
  });
}
