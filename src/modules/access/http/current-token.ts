import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The claims that JwtAuthGuard accepted for this request. */
    accessToken?: AccessTokenClaims;
  }
}

/** The claims of the accepted access token, in a handler behind `@RequireScopes`. */
export const CurrentToken = createParamDecorator(
  (_: unknown, context: ExecutionContext): AccessTokenClaims => {
    const { accessToken } = context.switchToHttp().getRequest<FastifyRequest>();
    if (accessToken === undefined)
      throw new Error('@CurrentToken() is only for routes with @RequireScopes().');
    return accessToken;
  },
);
