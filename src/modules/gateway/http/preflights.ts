import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CorsPolicy } from '../../../platform/http/cors.js';
import { ActiveRoutes } from '../routes/active-routes.js';

/** Envoy asks with the method of its client, so its sub-request is a preflight itself. */
const ENVOY_PREFIX = /^\/forward-auth\/envoy(?=\/)/;

/** CORS of the routes of the table: for this process's own preflights, and for those that another proxy asks about. */
@Injectable()
export class Preflights {
  private cors: CorsPolicy | undefined;

  constructor(private readonly routes: ActiveRoutes) {}

  /** Has the policy of the server take the routes into account. */
  register(cors: CorsPolicy): void {
    this.cors = cors;
    cors.lookUpTerms((method, rawTarget) =>
      this.routes.current.corsOf(method, rawTarget.replace(ENVOY_PREFIX, '')),
    );
  }

  /**
   * The header of the response to a preflight that another proxy asks about.
   * @param original the request that it asks about
   * @returns undefined for what is no preflight (Fetch Standard §3.2.2)
   */
  async headersFor(
    request: FastifyRequest,
    { method, rawTarget }: { method: string; rawTarget: string },
  ): Promise<Record<string, string> | undefined> {
    const { origin, 'access-control-request-method': asked } = request.headers;
    if (method !== 'OPTIONS' || origin === undefined || asked === undefined) return undefined;
    return this.cors?.preflightHeaders(request, rawTarget);
  }
}
