import { type CustomDecorator, SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { ApiProblems } from '../../../platform/http/api-problems.js';
import { InsufficientScope, InvalidToken, MissingToken } from '../../../protocol/bearer-error.js';

const DECLARED_ACCESS = Symbol('declared access');

/** Who may call a route. */
export type DeclaredAccess =
  | { kind: 'public' }
  /** The route authenticates a client by RFC 6749 §2.3 itself; a bearer token has no meaning there. */
  | { kind: 'client' }
  /** The gateway alone, by the internal secret. */
  | { kind: 'internal' }
  /** Another proxy alone, by its address in FORWARD_AUTH_PROXIES. */
  | { kind: 'forward-auth-proxy' }
  | { kind: 'scopes'; scopes: readonly string[] };

/** Anyone may call this route, without any credential. */
export function Public(): CustomDecorator<symbol> {
  return SetMetadata(DECLARED_ACCESS, { kind: 'public' } satisfies DeclaredAccess);
}

/** The route authenticates the calling client itself, as the OAuth endpoints do: with Basic, or in the form. */
export function AuthenticatesClient(): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(DECLARED_ACCESS, { kind: 'client' } satisfies DeclaredAccess),
    ApiSecurity({}),
    ApiSecurity('client'),
  );
}

/** Only the gateway may call this route: with the internal secret and, where that is asked for, a certificate. */
export function RequireInternalCaller(): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(DECLARED_ACCESS, { kind: 'internal' } satisfies DeclaredAccess),
    ApiSecurity('internal'),
  );
}

/** Only proxies in FORWARD_AUTH_PROXIES may call this route. */
export function RequireForwardAuthProxy(): CustomDecorator<symbol> {
  return SetMetadata(DECLARED_ACCESS, { kind: 'forward-auth-proxy' } satisfies DeclaredAccess);
}

/** The whole policy of a route: a live access token with all of these scopes. Documents itself in OpenAPI. */
export function RequireScopes(...scopes: [string, ...string[]]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(DECLARED_ACCESS, { kind: 'scopes', scopes } satisfies DeclaredAccess),
    ApiSecurity('oauth2', scopes),
    ApiProblems(new MissingToken(), new InvalidToken(), new InsufficientScope(scopes), 503),
  );
}

/** What a route declares: its method's word goes before its class's. */
export function declaredAccessOf(controller: Function, handler: Function): DeclaredAccess | undefined {
  return (
    (Reflect.getMetadata(DECLARED_ACCESS, handler) as DeclaredAccess | undefined) ??
    (Reflect.getMetadata(DECLARED_ACCESS, controller) as DeclaredAccess | undefined)
  );
}
