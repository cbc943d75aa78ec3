import type { Pool } from 'undici';
import type { Upstream } from '../../routes/route.js';

/**
 * Asks a target again and again whether it is well: 2xx in time says yes, all else no, and the latest answer counts.
 * Until there is one the target counts as well.
 */
export class HealthCheck {
  private isWell = true;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly pool: Pool,
    private readonly settings: NonNullable<Upstream['health']>,
    private readonly onChange: (isHealthy: boolean) => void,
  ) {
    void this.look();
  }

  get isHealthy(): boolean {
    return this.isWell;
  }

  get intervalMs(): number {
    return this.settings.intervalMs;
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    const isWell = await this.ask();
    if (this.isStopped) return;
    if (isWell !== this.isWell) this.onChange(isWell);
    this.isWell = isWell;
    this.timer = setTimeout(() => void this.look(), this.settings.intervalMs).unref();
  }

  private async ask(): Promise<boolean> {
    const { path, timeoutMs } = this.settings;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { statusCode, body } = await this.pool.request({ method: 'GET', path, signal });
      await body.dump({ limit: MAX_BYTES });
      return statusCode >= 200 && statusCode < 300;
    } catch {
      return false;
    }
  }
}

/** Read of an answer that should be short, so that its connection can be used again. */
const MAX_BYTES = 64 * 1024;
