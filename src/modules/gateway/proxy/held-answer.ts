import type { Duplex } from 'node:stream';
import type { PendingChange } from '../user-changes/pending-change.js';
import type { ClientAnswer } from './client-answer.js';
import type { AnswerReceiver } from './exchange.js';
import { ClientGone } from './failures.js';

/**
 * Holds the response of a directory back until the grants reflect the change that it reports. Data that arrives
 * meanwhile is kept, and the upstream is paused. It may still send the rest when it closes the connection.
 */
export class HeldAnswer implements AnswerReceiver {
  private state: 'held' | 'released' | 'discarded' = 'held';
  private readonly kept: (() => void)[] = [];
  private settled: Promise<void> = Promise.resolve();

  /** @param resume lets the upstream go on after `write` returned false */
  constructor(
    private readonly answer: ClientAnswer,
    private readonly change: PendingChange,
    private readonly resume: () => void,
  ) {}

  /**
   * Fulfilled when the client's response has begun, or when the upstream sent none.
   * @throws the error to send instead, because no part of the response was sent
   */
  get released(): Promise<void> {
    return this.settled;
  }

  begin(status: number, rawHeaders: string[]): void {
    this.settled = this.release(status, rawHeaders);
    // Whoever forwards looks at it only after the exchange, which may take longer.
    this.settled.catch(() => undefined);
  }

  write(chunk: Buffer): boolean {
    if (this.state === 'released') return this.answer.write(chunk);
    if (this.state === 'discarded') return true;
    this.kept.push(() => this.answer.write(chunk));
    return false;
  }

  end(): void {
    this.pass(() => this.answer.end());
  }

  breakOff(error: Error): void {
    this.pass(() => this.answer.breakOff(error));
  }

  switchTo(rawHeaders: string[], socket: Duplex): void {
    this.answer.switchTo(rawHeaders, socket);
  }

  private pass(event: () => void): void {
    if (this.state === 'released') event();
    else this.kept.push(event);
  }

  private async release(status: number, rawHeaders: string[]): Promise<void> {
    try {
      await this.change.settle(status);
      if (this.answer.isGone) throw new ClientGone();
      this.answer.begin(status, rawHeaders);
      this.state = 'released';
      for (const event of this.kept) event();
    } catch (error) {
      this.state = 'discarded';
      throw error;
    } finally {
      this.resume();
    }
  }
}
