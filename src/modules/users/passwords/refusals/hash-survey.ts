import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AppLogger } from '../../../../platform/logging/logging.module.js';
import { UserStore } from '../../user-store.js';
import { HashComparison } from '../hash-comparison.js';
import { HashingQueueFull } from '../hashing-queue.js';
import { readIfUsable } from '../read-hash.js';
import type { PasswordHash } from '../schemes/password-scheme.js';
import { RefusalFloor } from './refusal-floor.js';
import { type HashKind, StandIns } from './stand-ins.js';

/** Imports of this process count at once; those of others, upgrades and deletions after this long. */
const INTERVAL_MS = 60_000;

/** Finds out, at start and every minute, which hashes the table has and how long they take. */
@Injectable()
export class HashSurvey implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: UserStore,
    private readonly comparison: HashComparison,
    private readonly floor: RefusalFloor,
    private readonly standIns: StandIns,
    private readonly logger: AppLogger,
  ) {}

  /** The first survey is a matter of the start, which makes the tables only after this. */
  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.take(), INTERVAL_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Measures the most expensive hash of each scheme. Where that fails, earlier measurements stay. */
  async take(): Promise<void> {
    try {
      const kinds = (await this.store.passwordHashKinds()).flatMap(({ sample, share }): HashKind[] => {
        const hash = readIfUsable(sample);
        return hash === undefined ? [] : [{ hash, share }];
      });
      this.floor.watch(kinds.map(({ hash }) => hash));
      this.standIns.use(kinds);
      for (const hash of this.floor.hashes) await this.measure(hash);
    } catch (err) {
      this.logger.warn(
        { err },
        'the password hashes in use could not be surveyed; the next attempt is in a minute',
      );
    }
  }

  /** A full lane is full of comparisons, which are measured as well. */
  private async measure(hash: PasswordHash): Promise<void> {
    try {
      await this.comparison.tryOut(hash);
    } catch (err) {
      if (!(err instanceof HashingQueueFull)) throw err;
    }
  }
}
