import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../config/config.js';
import { InvalidTarget } from '../../protocol/oauth-error.js';

/** Tokens are issued for one resource, the audience of this server. RFC 8707 §2. */
@Injectable()
export class ResourceIndicators {
  constructor(private readonly config: TokenConfig) {}

  /** @throws InvalidTarget when the space-separated `resource` values name anything else */
  check(resource: string | undefined): void {
    if (resource === undefined) return;
    // An origin with an empty path and with / are one URI (RFC 3986 §6.2.3), and `new URL()` writes the slash.
    const { audience } = this.config;
    const isServed = (target: string): boolean => target === audience || target === `${audience}/`;
    if (!resource.split(' ').every(isServed)) throw new InvalidTarget();
  }
}
