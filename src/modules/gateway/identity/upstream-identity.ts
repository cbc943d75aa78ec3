import { Injectable } from '@nestjs/common';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import type { Route } from '../routes/route.js';
import { AssertionCache } from './assertion-cache.js';
import { presetHeaders } from './header-presets.js';

/** Tells an upstream who calls, in the way that its route says. */
@Injectable()
export class UpstreamIdentity {
  constructor(private readonly assertions: AssertionCache) {}

  async headersFor(route: Route, claims: AccessTokenClaims): Promise<Record<string, string>> {
    switch (route.identity) {
      case 'none':
        return {};
      case 'assertion':
        return { 'X-Identity': await this.assertions.assertionFor(claims, route.audience) };
      default:
        return presetHeaders(route.identity, claims);
    }
  }
}
