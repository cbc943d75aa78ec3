import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { AppLogger } from '../../../../platform/logging/logging.module.js';

/** How long a directory must be quiet before it is looked at: whoever writes a file writes several times. Milliseconds. */
const QUIET_MS = 200;

/**
 * Tells when files may have changed. Directories are watched, not files: editors put another file in the place of the old
 * one, and Kubernetes moves a symbolic link beside it. Neither keeps the process from ending.
 */
export class WatchedFiles {
  private readonly watchers = new Map<string, FSWatcher>();
  private timer: NodeJS.Timeout | undefined;

  /** @param onChange also called once after a directory is new here: it may have changed before */
  constructor(
    private readonly onChange: () => void,
    private readonly logger: AppLogger,
  ) {}

  /** Watches these files and no others. Names are absolute. */
  keep(files: readonly string[]): void {
    const directories = new Set(files.map((file) => dirname(file)));
    for (const [directory, watcher] of this.watchers) {
      if (!directories.has(directory)) this.forget(directory, watcher);
    }
    for (const directory of directories) {
      if (!this.watchers.has(directory)) this.watch(directory);
    }
  }

  close(): void {
    clearTimeout(this.timer);
    for (const [directory, watcher] of this.watchers) this.forget(directory, watcher);
  }

  private watch(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.touch());
      watcher.on('error', (err) => {
        this.forget(directory, watcher);
        this.lost(err);
      });
      this.watchers.set(directory, watcher);
      this.touch();
    } catch (err) {
      this.lost(err);
    }
  }

  private touch(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.onChange, QUIET_MS).unref();
  }

  private forget(directory: string, watcher: FSWatcher): void {
    watcher.close();
    this.watchers.delete(directory);
  }

  /** The next reading tries again. */
  private lost(err: unknown): void {
    this.logger.warn({ err }, 'changes of the routes are not noticed; SIGHUP makes them count');
  }
}
