import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { ContentTooLarge, ProblemError } from '../../../protocol/problem.js';
import { MAX_DECISION_AGE_MS } from '../../access/index.js';
import { countBodyBytes } from './buffer-collection.js';

/** Bytes kept at most between client and upstream. */
const HIGH_WATER_MARK = 64 * 1024;

export interface RequestBodyOptions {
  /** Undefined for a chunked body. */
  contentLength: number | undefined;
  /** More than that destroys the stream with ContentTooLarge. */
  maxBytes: number | undefined;
  /** Called when the upstream takes the body: the moment for 100 Continue. */
  onFirstRead: () => void;
  /**
   * Called when a body ends that took longer than a decision holds. The end is passed on only if this returns true.
   * Otherwise a client could begin a request, lose the right to it, and complete it.
   */
  mayComplete: () => Promise<boolean>;
}

/**
 * The body of a client's request on its way to an upstream: read only as fast as the upstream takes it. Destroying it
 * leaves the client's connection alone, which still has an answer to carry.
 */
export class RequestBody extends Readable {
  private readonly begunAt = performance.now();
  private receivedBytes = 0;
  /** The chunk that completes a body of known length. An upstream could act upon it. */
  private lastChunk: Buffer | undefined;
  private hasBegun = false;
  private awaitedSince: number | undefined;
  private awaitedBefore = 0;

  constructor(
    private readonly request: IncomingMessage,
    private readonly options: RequestBodyOptions,
  ) {
    super({ highWaterMark: HIGH_WATER_MARK });
    // Whoever sends the body listens for errors only as long as it does.
    this.on('error', () => undefined);
  }

  /** Whether the upstream has taken all there is, so that the client must send more. */
  get awaitsClient(): boolean {
    return this.awaitedSince !== undefined;
  }

  /** Bytes of it that have come so far. */
  get received(): number {
    return this.receivedBytes;
  }

  /** Whether all of it is here. */
  get hasArrived(): boolean {
    return this.request.complete;
  }

  /** How long, all in all, the client was the one to wait for. Milliseconds. */
  get clientMs(): number {
    const { awaitedSince, awaitedBefore } = this;
    return awaitedSince === undefined ? awaitedBefore : awaitedBefore + performance.now() - awaitedSince;
  }

  override _read(): void {
    this.awaitedSince ??= performance.now();
    if (!this.hasBegun) {
      this.hasBegun = true;
      this.request.on('data', this.onData).on('end', this.onEnd);
      this.options.onFirstRead();
    }
    this.request.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // What still comes flows away: whoever answers the client sees to it.
    this.request.off('data', this.onData).off('end', this.onEnd);
    done(error);
  }

  private readonly onData = (chunk: Buffer): void => {
    this.receivedBytes += chunk.length;
    countBodyBytes(chunk.length);
    const { maxBytes, contentLength } = this.options;
    if (maxBytes !== undefined && this.receivedBytes > maxBytes) {
      this.destroy(new ContentTooLarge());
    } else if (this.receivedBytes === contentLength) {
      this.lastChunk = chunk;
    } else if (!this.push(chunk)) {
      this.clientIsDone();
      this.request.pause();
    }
  };

  private readonly onEnd = (): void => {
    this.clientIsDone();
    if (performance.now() - this.begunAt <= MAX_DECISION_AGE_MS) this.complete();
    else void this.options.mayComplete().then((may) => (may ? this.complete() : undefined));
  };

  private complete(): void {
    if (this.destroyed) return;
    if (this.lastChunk !== undefined) this.push(this.lastChunk);
    this.push(null);
  }

  private clientIsDone(): void {
    this.awaitedBefore = this.clientMs;
    this.awaitedSince = undefined;
  }
}

/** How a request frames its body. RFC 9112 §6.3: with neither field there is none. */
export interface Framing {
  hasBody: boolean;
  /** As sent; undefined for a chunked body. */
  contentLength: string | undefined;
}

/**
 * @throws ProblemError 501 for a coding under the chunks, whose name would be lost with them (RFC 9112 §6.1); 400 for a
 *   length that no number holds exactly, so that nobody counts to another one than the upstream (RFC 9110 §8.6)
 */
export function framingOf({ headers }: IncomingMessage): Framing {
  const contentLength = headers['content-length'];
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw new ProblemError(501, 'The request body has a transfer coding that this server does not forward.');
  }
  if (Number(contentLength ?? 0) > Number.MAX_SAFE_INTEGER) {
    throw new ProblemError(400, 'The Content-Length is beyond all measure.');
  }
  const isChunked = coding !== undefined;
  return { hasBody: isChunked || Number(contentLength ?? 0) > 0, contentLength };
}
