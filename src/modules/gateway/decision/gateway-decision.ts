import { Injectable } from '@nestjs/common';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { BearerError, MissingToken } from '../../../protocol/bearer-error.js';
import { ProblemError } from '../../../protocol/problem.js';
import { AccessTokenVerifier, SubjectStatus, bearerToken, checkScopes } from '../../access/index.js';
import { UpstreamIdentity } from '../identity/upstream-identity.js';
import { Limits } from '../limits/limits.js';
import { type CanonicalTarget, readTarget } from '../paths/canonical-path.js';
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
  /** Of the request: once aborted, nothing is counted or asked for it. */
  disconnection: AbortSignal;
  /** Whether another proxy forwards the request. It sends the target unchanged and ignores the route's prefixes. */
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
  /**
   * Decides again about a request under way: by the table in force, and by the grant as it is. Limits do not count
   * again, and the caller checks the token's expiry.
   * @param asWebSocket whether the route must still take WebSockets
   * @returns why it would be refused now; undefined if it would not
   */
  refusalNow: (asWebSocket: boolean) => Promise<Error | undefined>;
}

/** A request that was admitted, and by what. */
interface Admitted {
  method: string;
  target: CanonicalTarget;
  route: Route;
  claims: AccessTokenClaims | undefined;
  asWebSocket: boolean;
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
    private readonly subjects: SubjectStatus,
    private readonly limits: Limits,
    private readonly identity: UpstreamIdentity,
  ) {}

  /**
   * @param onCaller told who calls as soon as that is known, whatever is decided then
   * @throws ProblemError 400, 404, 405; BearerError; Throttled; Overloaded; Disconnected
   */
  async admit(
    call: Call,
    onCaller: (claims: AccessTokenClaims) => void = () => undefined,
  ): Promise<AdmittedCall> {
    const target = readTarget(call.rawTarget);
    const route = this.routes.current.find(call.method, target.path, target.unusual);
    const scopes = scopesFor(route, call.method);
    const claims = route.public ? undefined : await this.authorize(call, target, scopes, onCaller);
    call.disconnection.throwIfAborted();
    const limitHeaders = await this.limits.admit(route, { claims, ip: call.ip });
    call.disconnection.throwIfAborted();
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
      refusalNow: (asWebSocket) =>
        this.refusalNow({ method: call.method, target, route, claims, asWebSocket }),
    };
  }

  private async refusalNow(admitted: Admitted): Promise<Error | undefined> {
    const { method, target, claims } = admitted;
    try {
      const route = this.routes.current.find(method, target.path, target.unusual);
      if (route.id !== admitted.route.id)
        return new ProblemError(404, 'The route of the request was removed.');
      if (admitted.asWebSocket && !route.webSocket)
        return new ProblemError(400, 'The route no longer takes WebSocket connections.');
      if (route.public) return undefined;
      if (claims === undefined) return new MissingToken();
      await this.confirm(await this.verifier.revalidate(claims), scopesFor(route, method));
      return undefined;
    } catch (error) {
      if (error instanceof BearerError || error instanceof ProblemError) return error;
      throw error;
    }
  }

  private async authorize(
    { authorizations, disconnection }: Call,
    { query }: CanonicalTarget,
    scopes: readonly string[],
    onCaller: (claims: AccessTokenClaims) => void,
  ): Promise<AccessTokenClaims> {
    const parameters = [...new URLSearchParams(query).keys()];
    const claims = await this.verifier.verify(bearerToken(authorizations, parameters), disconnection);
    onCaller(claims);
    return this.confirm(claims, scopes, disconnection);
  }

  private async confirm(
    claims: AccessTokenClaims,
    scopes: readonly string[],
    disconnection?: AbortSignal,
  ): Promise<AccessTokenClaims> {
    const current = await this.subjects.confirm(claims, scopes, disconnection);
    checkScopes(current, scopes);
    return current;
  }
}
