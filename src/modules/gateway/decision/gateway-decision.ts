import { Injectable } from '@nestjs/common';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { BearerError } from '../../../protocol/bearer-error.js';
import { AccessTokenVerifier, bearerToken, checkScopes } from '../../access/index.js';
import { UpstreamIdentity } from '../identity/upstream-identity.js';
import { Limits } from '../limits/limits.js';
import { type CanonicalTarget, canonicalTarget } from '../paths/canonical-path.js';
import { ActiveRoutes } from '../routes/active-routes.js';
import { scopesFor } from '../routes/route-methods.js';
import type { Route } from '../routes/route.js';
import { upstreamPath } from '../routes/upstream-path.js';

/** What is decided about: a request line with the headers that matter, from whichever edge it came. */
export interface Call {
  method: string;
  /** As it stood in the request line. */
  rawTarget: string;
  /** Every value of the Authorization header. */
  authorizations: readonly string[];
  /** The caller's address, as far as trusted proxies say it. */
  ip: string;
  /** Whether another proxy forwards the request: with its target as it stands here, whatever the route's prefixes are. */
  isForwardedElsewhere?: boolean;
}

/** A call that may go on, and what goes with it. */
export interface AdmittedCall {
  route: Route;
  /** The target of the upstream request: the canonical path that was decided about, as the route maps it, and the query. */
  path: string;
  /** Undefined on a public route. */
  claims: AccessTokenClaims | undefined;
  /** What the upstream learns of the caller, by header name. */
  identityHeaders: Readonly<Record<string, string>>;
  /** The same for another attempt: an assertion lasts no longer than one needs to arrive. */
  renewIdentity: () => Promise<Readonly<Record<string, string>>>;
  /** What the caller learns of its limits, by header name. */
  limitHeaders: Readonly<Record<string, string>>;
  /** Whether the token would still be let through, for what lasts longer than a decision. */
  stillStands: () => Promise<boolean>;
}

/**
 * The one decision about a call, for forwarded requests, WebSocket handshakes and other proxies' sub-requests alike:
 * path, route, token, scopes, limits, in this order.
 */
@Injectable()
export class GatewayDecision {
  constructor(
    private readonly routes: ActiveRoutes,
    private readonly verifier: AccessTokenVerifier,
    private readonly limits: Limits,
    private readonly identity: UpstreamIdentity,
  ) {}

  /**
   * @param onCaller told who calls as soon as that is known, whatever is decided then
   * @throws ProblemError 400, 404, 405; BearerError; Throttled; Overloaded
   */
  async admit(
    call: Call,
    onCaller: (claims: AccessTokenClaims) => void = () => undefined,
  ): Promise<AdmittedCall> {
    const target = canonicalTarget(call.rawTarget);
    const route = this.routes.current.find(call.method, target.path);
    const scopes = scopesFor(route, call.method);
    const claims = route.public ? undefined : await this.authenticate(call, target);
    if (claims !== undefined) {
      onCaller(claims);
      checkScopes(claims, scopes);
    }
    const limitHeaders = await this.limits.admit(route, { claims, ip: call.ip });
    const path = upstreamPath(route, target.path);
    const asserted = {
      method: call.method,
      path: call.isForwardedElsewhere ? call.rawTarget.split('?', 1)[0]! : path,
    };
    const renewIdentity = async () =>
      claims === undefined ? {} : this.identity.headersFor(route, claims, asserted);
    return {
      route,
      path: path + target.query,
      claims,
      identityHeaders: await renewIdentity(),
      renewIdentity,
      limitHeaders,
      stillStands: async () => claims === undefined || this.isGood(call, target, scopes),
    };
  }

  private async isGood(call: Call, target: CanonicalTarget, scopes: readonly string[]): Promise<boolean> {
    try {
      checkScopes(await this.authenticate(call, target), scopes);
      return true;
    } catch (error) {
      if (error instanceof BearerError) return false;
      throw error;
    }
  }

  private async authenticate(call: Call, { query }: CanonicalTarget): Promise<AccessTokenClaims> {
    const parameters = [...new URLSearchParams(query).keys()];
    return this.verifier.verify(bearerToken(call.authorizations, parameters));
  }
}
