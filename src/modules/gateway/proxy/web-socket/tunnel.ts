import type { Duplex } from 'node:stream';
import { type CloseCode, FrameBoundaries, closeFrame } from './web-socket-frames.js';
import { countBodyBytes } from '../buffer-collection.js';

/** How long a side may take to end once the other has. Milliseconds. */
const LINGER_MS = 1_000;

/**
 * Two sockets as one connection: bytes pass as they come, as fast as the slower side takes them. When one side ends or
 * breaks the other ends too, and nothing moving for `idleMs` ends both.
 */
export class Tunnel {
  /** Fulfilled when both sides are closed. */
  readonly closed: Promise<void>;
  private readonly boundaries = new FrameBoundaries();
  private readonly idle: NodeJS.Timeout;
  private isEnding = false;

  constructor(
    private readonly client: Duplex,
    private readonly upstream: Duplex,
    idleMs: number,
  ) {
    this.idle = setTimeout(() => this.destroy(), idleMs);
    upstream.on('data', (chunk: Buffer) => this.boundaries.pass(chunk));
    this.join(client, upstream);
    this.join(upstream, client);
    this.closed = this.waitForBoth();
  }

  /**
   * Ends the tunnel from here. The client is told why where a frame may stand; in the middle of one of the upstream's
   * the connection just ends, which a WebSocket reports as broken (1006).
   */
  end(code: CloseCode, reason: string): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.upstream.unpipe(this.client);
    if (this.boundaries.isBetweenFrames) this.client.write(closeFrame(code, reason));
    this.upstream.destroy();
  }

  private join(from: Duplex, to: Duplex): void {
    from.on('error', () => from.destroy());
    from.on('data', (chunk: Buffer) => {
      this.idle.refresh();
      countBodyBytes(chunk.length);
    });
    from.pipe(to);
    from.once('close', () => {
      to.end();
      // Nobody takes what still comes from there.
      to.resume();
      const cut = setTimeout(() => to.destroy(), LINGER_MS);
      to.once('close', () => clearTimeout(cut));
    });
  }

  private async waitForBoth(): Promise<void> {
    await Promise.all([this.client, this.upstream].map(closingOf));
    clearTimeout(this.idle);
  }

  private destroy(): void {
    this.client.destroy();
    this.upstream.destroy();
  }
}

async function closingOf(stream: Duplex): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', resolve));
}
