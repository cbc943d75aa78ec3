import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { declaredAccessOf } from './declared-access.js';
import { RouteAccess } from './route-access.js';

/**
 * Runs before every handler and refuses a route without a declaration. It does nothing if the hook of `RouteAccess` has
 * already decided.
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
