import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { declaredAccessOf } from './declared-access.js';
import { RouteAccess } from './route-access.js';

/**
 * Stands before every handler: a route that declares nothing has no way in. Where the hook of `RouteAccess` has decided
 * already, nothing is left to do.
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(private readonly access: RouteAccess) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const [controller, handler] = [context.getClass(), context.getHandler()];
    const access = declaredAccessOf(controller, handler);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    await this.access.decide(request, { controller, handler, access });
    return true;
  }
}
