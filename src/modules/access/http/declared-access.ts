import { type CustomDecorator, SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiForbiddenResponse, ApiSecurity, ApiUnauthorizedResponse } from '@nestjs/swagger';

const DECLARED_ACCESS = Symbol('declared access');

/** Who may call a route. */
export type DeclaredAccess =
  | { kind: 'public' }
  /** The route authenticates a client by RFC 6749 §2.3 itself; a bearer token has no meaning there. */
  | { kind: 'client' }
  | { kind: 'scopes'; scopes: readonly string[] };

/** Anyone may call this route, without any credential. */
export function Public(): CustomDecorator<symbol> {
  return SetMetadata(DECLARED_ACCESS, { kind: 'public' } satisfies DeclaredAccess);
}

/** The route authenticates the calling client itself, as the OAuth endpoints do. */
export function AuthenticatesClient(): CustomDecorator<symbol> {
  return SetMetadata(DECLARED_ACCESS, { kind: 'client' } satisfies DeclaredAccess);
}

/** The whole policy of a route: a live access token with all of these scopes. Documents itself in OpenAPI. */
export function RequireScopes(...scopes: [string, ...string[]]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(DECLARED_ACCESS, { kind: 'scopes', scopes } satisfies DeclaredAccess),
    ApiSecurity('oauth2', scopes),
    ApiUnauthorizedResponse({ description: 'No access token, or one that does not count (RFC 6750).' }),
    ApiForbiddenResponse({ description: `The access token lacks the scope ${scopes.join(' ')}.` }),
  );
}

/** What a route declares: its method's word goes before its class's. */
export function declaredAccessOf(controller: Function, handler: Function): DeclaredAccess | undefined {
  return (
    (Reflect.getMetadata(DECLARED_ACCESS, handler) as DeclaredAccess | undefined) ??
    (Reflect.getMetadata(DECLARED_ACCESS, controller) as DeclaredAccess | undefined)
  );
}
