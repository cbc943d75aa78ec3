import { afterEach, beforeEach } from 'vitest';
import type { GatewayConfig, ServerConfig } from '../../src/config/config.js';
import { ActiveRoutes } from '../../src/modules/gateway/routes/active-routes.js';
import type { Route } from '../../src/modules/gateway/routes/route.js';
import { Upstreams } from '../../src/modules/gateway/routes/upstreams.js';
import { MovableClock } from './clock.js';
import { ownPathsOf } from './own-paths.js';
import { AUDIENCE, ISSUER, RoutesFolder } from './routes-folder.js';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  fields: Record<string, unknown>;
  message: string;
}

/** Remembers what it was told. */
export class RememberedUpstreams extends Upstreams {
  /** The ids of the routes, for each time. */
  readonly told: string[][] = [];

  retain(routes: readonly Route[]): void {
    this.told.push(routes.map(({ id }) => id));
  }
}

/** Routes that follow a file in a folder of their own; anew for each test, and ended after it. */
export class ActiveRoutesOfTest {
  readonly folder = new RoutesFolder();
  readonly lines: LogLine[] = [];
  readonly clock = new MovableClock();
  readonly upstreams = new RememberedUpstreams();
  private readonly running: ActiveRoutes[] = [];

  /** Routes that are not loaded yet: those of the file, or of this configuration. */
  of(
    config: Partial<GatewayConfig> = { routesFile: this.folder.file },
    upstreams: Upstreams = this.upstreams,
  ) {
    const gateway: GatewayConfig = {
      routesFile: undefined,
      cleartextTargets: true,
      apiUrl: undefined,
      identityUrl: undefined,
      identityTls: { ca: undefined, clientCertificate: undefined, clientKey: undefined },
      audience: AUDIENCE,
      identityAudience: `${ISSUER}/identity`,
      forwardAuthProxies: [],
      routeVariables: {},
      secretFiles: [],
      ...config,
    };
    const log = (level: LogLine['level']) => (fields: object, message: string) =>
      void this.lines.push({ level, fields: { ...fields }, message });
    const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    const server = { issuer: ISSUER } as ServerConfig;
    const routes = new ActiveRoutes(gateway, server, this.clock, logger, upstreams);
    this.running.push(routes);
    return routes;
  }

  /** The table of a file, loaded. */
  loaded(text: string): ActiveRoutes {
    this.folder.write(text);
    const routes = this.of();
    routes.load(ownPathsOf());
    return routes;
  }

  end(): void {
    for (const routes of this.running) routes.onApplicationShutdown();
    this.folder.remove();
  }
}

/** @returns those of the test that runs */
export function activeRoutesOfEachTest(): () => ActiveRoutesOfTest {
  let current: ActiveRoutesOfTest;
  beforeEach(() => {
    current = new ActiveRoutesOfTest();
  });
  afterEach(() => current.end());
  return () => current;
}

/** A file of routes that are named for their paths. */
export function aFileOf(...ids: string[]): string {
  return `routes:\n${ids.map((id) => `- { id: ${id}, path: /${id}/**, audience: ${id}, upstream: "http://${id}" }\n`).join('')}`;
}

/** Which routes are in force. */
export function idsOf(routes: ActiveRoutes): string[] {
  return routes.current.routes.map(({ id }) => id).toSorted();
}
