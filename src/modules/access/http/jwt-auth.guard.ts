import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type AccessTokenClaims, isClientToken } from '../../../protocol/access-token.js';
import { InsufficientScope } from '../../../protocol/bearer-error.js';
import { holderOf, parseScope } from '../../../protocol/scopes.js';
import { AccessTokenVerifier } from '../access-token-verifier.js';
import { bearerToken } from './bearer-token.js';
import { declaredAccessOf } from './declared-access.js';

/** Stands before every route: first the token, then the access that the route declares. Nothing declared, no way in. */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(private readonly verifier: AccessTokenVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = declaredAccessOf(context.getClass(), context.getHandler());
    if (access === undefined)
      throw new Error(`${context.getClass().name} has a route without a declared access.`);
    if (access.kind !== 'scopes') return true;

    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = await this.verifier.verify(bearerToken(request));
    request.clientId = token.client_id;
    request.subject = token.sub;
    requireScopes(token, access.scopes);
    request.accessToken = token;
    return true;
  }
}

/** @throws InsufficientScope */
function requireScopes(token: AccessTokenClaims, required: readonly string[]): void {
  const granted = token.scope === '' ? [] : parseScope(token.scope);
  if (!required.every((scope) => granted.includes(scope))) throw new InsufficientScope(required);
  // Issuing already keeps these apart; a client acting for itself must not pass even if that failed.
  if (isClientToken(token) && required.some((scope) => holderOf(scope) !== 'anyone')) {
    throw new InsufficientScope(required, 'a client by itself is nobody to administer or to have an account');
  }
}
