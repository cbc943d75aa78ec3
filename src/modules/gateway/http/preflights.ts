import { Injectable } from '@nestjs/common';
import type { CorsPolicy } from '../../../platform/http/cors.js';
import { ActiveRoutes } from '../routes/active-routes.js';

/** Envoy asks with the method of its client, so its sub-request is a preflight itself. */
const ENVOY_PREFIX = /^\/forward-auth\/envoy(?=\/)/;

/**
 * CORS of the routes of the table, for preflights. Other proxies than Envoy ask with GET: for them a preflight is a request
 * like any other, because a yes would pass it on to the application without a token.
 */
@Injectable()
export class Preflights {
  constructor(private readonly routes: ActiveRoutes) {}

  /** Has the policy of the server take the routes into account. */
  register(cors: CorsPolicy): void {
    cors.lookUpTerms((method, rawTarget) =>
      this.routes.current.corsOf(method, rawTarget.replace(ENVOY_PREFIX, '')),
    );
  }
}
