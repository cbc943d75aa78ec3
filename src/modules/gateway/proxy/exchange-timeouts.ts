import type { UpstreamTimeouts } from '../routes/route.js';

type Phase = 'sending' | 'waiting' | 'receiving';

/**
 * How long an exchange may stand still. While a body moves, in either direction, `idle` counts from its last movement;
 * between the whole request and the header of the answer `headers` counts. So an upload that takes its time is not
 * taken for an answer that does, and an answer that begins early does not stop the upload.
 */
export class ExchangeTimeouts {
  private phase: Phase | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly timeouts: Pick<UpstreamTimeouts, 'headers' | 'idle'>,
    private readonly onExpiry: (phase: Phase) => void,
  ) {}

  /** The connection stands, and the request goes out. */
  sending(): void {
    this.enter('sending', this.timeouts.idle);
  }

  /** The whole request is out. */
  waiting(): void {
    if (this.phase !== 'receiving') this.enter('waiting', this.timeouts.headers);
  }

  /** The header of the answer is there. */
  receiving(): void {
    this.enter('receiving', this.timeouts.idle);
  }

  /** Something of a body went on its way. */
  moved(): void {
    if (this.phase !== 'waiting') this.timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private enter(phase: Phase, ms: number): void {
    this.stop();
    this.phase = phase;
    this.timer = setTimeout(() => this.onExpiry(phase), ms);
  }
}
