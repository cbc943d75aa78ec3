import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../config/config.js';
import { InvalidTarget } from '../../protocol/oauth-error.js';

/** The resources that tokens are issued for: one, the audience of this server. RFC 8707 §2. */
@Injectable()
export class TargetPolicy {
  constructor(private readonly config: TokenConfig) {}

  /** @throws InvalidTarget when the space-separated `resource` values name anything else */
  check(resource: string | undefined): void {
    if (resource === undefined) return;
    if (!resource.split(' ').every((target) => target === this.config.audience)) throw new InvalidTarget();
  }
}
