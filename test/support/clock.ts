import { Clock } from '../../src/platform/clock/clock.js';

/** The real time, moved by as much as a test says, or standing still between two such moves. */
export class MovableClock extends Clock {
  private offsetMs = 0;
  private stoppedAt?: number;

  now(): Date {
    return new Date((this.stoppedAt ?? Date.now()) + this.offsetMs);
  }

  advance(seconds: number): void {
    this.offsetMs += seconds * 1000;
  }

  /** For what happens in one second and no longer in the next: a busy machine must not add a second of its own. */
  stop(): void {
    this.stoppedAt ??= Date.now();
  }

  /** Goes on from where it stood. */
  resume(): void {
    if (this.stoppedAt === undefined) return;
    this.offsetMs -= Date.now() - this.stoppedAt;
    this.stoppedAt = undefined;
  }
}
