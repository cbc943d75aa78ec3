import { resolve } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { GatewayConfig, ServerConfig } from '../../../config/config.js';
import { Clock } from '../../../platform/clock/clock.js';
import { OwnPaths } from '../../../platform/http/own-paths.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { terminalIsGone } from '../../../platform/process/terminal.js';
import { configuredRoutes } from './configured-routes.js';
import { FilesRead } from './file/files-read.js';
import { RoutesError } from './file/routes-error.js';
import { readRoutesFile } from './file/routes-file.js';
import { WatchedFiles } from './file/watched-files.js';
import { RouteTable } from './route-table.js';
import { routesContextOf } from './routes-context.js';
import { Upstreams } from './upstreams.js';

/**
 * The table in force. It comes from `ROUTES_FILE`, and again whenever SIGHUP asks for it or the file, or a PEM file that it
 * names, has changed; without a file it is made of the configuration and stays.
 */
@Injectable()
export class ActiveRoutes implements OnApplicationShutdown {
  private inForce: { table: RouteTable; since: Date } | undefined;
  private ownPaths = new OwnPaths();
  private read = new FilesRead();
  private readonly file: string | undefined;
  private readonly watched: WatchedFiles;
  private readonly onHangUp = () => {
    if (!terminalIsGone()) this.reload('SIGHUP');
  };

  constructor(
    private readonly config: GatewayConfig,
    private readonly server: ServerConfig,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    private readonly upstreams: Upstreams,
  ) {
    this.file = config.routesFile === undefined ? undefined : resolve(config.routesFile);
    this.watched = new WatchedFiles(() => this.reloadIfChanged(), logger);
  }

  /** @throws Error before `load` */
  get current(): RouteTable {
    return this.loaded.table;
  }

  /** When the table in force was taken up. */
  get since(): Date {
    return this.loaded.since;
  }

  /** Whether the table comes from a file. */
  get isFromFile(): boolean {
    return this.file !== undefined;
  }

  /**
   * Takes up the first table, and looks out for changes from here on. Once in a process's life.
   * @param ownPaths what this process serves itself, which no route may name
   * @throws RoutesError with every mistake; the process must not start then
   */
  load(ownPaths: OwnPaths): void {
    this.ownPaths = ownPaths;
    this.takeUp(this.readTable());
    if (this.file === undefined) return;
    this.watched.keep(this.read.names);
    process.on('SIGHUP', this.onHangUp);
  }

  /**
   * Reads the routes again, whole, and swaps the tables; with any mistake the old one stays, and the log says why.
   * Requests in flight keep the route they have.
   * @param reason for the log
   */
  reload(reason: string): void {
    try {
      this.takeUp(this.readTable());
    } catch (err) {
      return this.report(reason, err);
    } finally {
      this.watched.keep(this.read.names);
    }
    this.logger.info({ reason, routes: this.current.routes.length }, 'routes reloaded');
  }

  onApplicationShutdown(): void {
    process.off('SIGHUP', this.onHangUp);
    this.watched.close();
  }

  private get loaded(): { table: RouteTable; since: Date } {
    if (this.inForce === undefined) throw new Error('The routes are not loaded yet.');
    return this.inForce;
  }

  private readTable(): RouteTable {
    if (this.file === undefined) return new RouteTable(configuredRoutes(this.config), this.ownPaths);
    this.read = new FilesRead(this.config.secretFiles);
    const context = routesContextOf(this.config, this.server.issuer, this.ownPaths, this.read);
    return new RouteTable(readRoutesFile(this.file, context), this.ownPaths);
  }

  private takeUp(table: RouteTable): void {
    this.upstreams.retain(table.routes);
    this.inForce = { table, since: this.clock.now() };
  }

  /** What was read in vain is not read again until it differs, so that the log says it once. */
  private reloadIfChanged(): void {
    if (this.read.haveChanged()) this.reload('file change');
  }

  private report(reason: string, err: unknown): void {
    if (!(err instanceof RoutesError)) return this.logger.error({ reason, err }, 'the old routes stay');
    for (const { line, column, pointer, detail } of err.mistakes) {
      this.logger.error({ reason, line, column, pointer, mistake: detail }, 'the old routes stay');
    }
  }
}
