import { Injectable } from '@nestjs/common';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import type { AssertedRequest } from '../../../protocol/identity-assertion.js';
import type { Route } from '../routes/route.js';
import { presetHeaders } from './header-presets.js';
import { IdentityAssertions } from './identity-assertions.js';

/** Tells an upstream who calls, in the way that its route says. */
@Injectable()
export class UpstreamIdentity {
  constructor(private readonly assertions: IdentityAssertions) {}

  /** @param request as the upstream receives it: an assertion is bound to it, and signed for each (decision 0009) */
  async headersFor(
    route: Route,
    claims: AccessTokenClaims,
    request: AssertedRequest,
  ): Promise<Record<string, string>> {
    switch (route.identity) {
      case 'none':
        return {};
      case 'assertion':
        return { 'X-Identity': await this.assertions.issue(claims, route.audience, request) };
      default:
        return presetHeaders(route.identity, claims);
    }
  }
}
