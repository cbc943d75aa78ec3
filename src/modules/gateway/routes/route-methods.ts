import type { Route } from './route.js';

/** Never forwarded: TRACE shows what the caller must not see of the request, CONNECT is for another kind of proxy. */
export const NEVER_FORWARDED: readonly string[] = ['CONNECT', 'TRACE'];

/** Those of a route that names none. Others (COPY, PURGE, …) may do what nobody thought of who wrote the route. */
export const USUAL_METHODS: readonly string[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/**
 * Of the routes of one path, the one that serves the method. HEAD goes where GET goes unless a route names it
 * (RFC 9110 §9.3.2).
 */
export function routeServing(routes: readonly Route[], method: string): Route | undefined {
  if (NEVER_FORWARDED.includes(method)) return undefined;
  const named = (name: string) => routes.find((route) => methodsOf(route).includes(name));
  return named(method) ?? (method === 'HEAD' ? named('GET') : undefined);
}

/** The value of `Allow` for the routes of one path. RFC 9110 §10.2.1. */
export function allowOf(routes: readonly Route[]): string {
  const methods = routes.flatMap(methodsOf);
  const implied = methods.includes('GET') ? ['HEAD'] : [];
  return [...new Set([...methods, ...implied])].toSorted().join(', ');
}

/** The scopes that a token must have for a method of a route, all of them; HEAD needs those of GET unless it has its own. */
export function scopesFor({ scopes }: Pick<Route, 'scopes'>, method: string): readonly string[] {
  if (Object.hasOwn(scopes, method)) return scopes[method]!;
  if (method === 'HEAD' && Object.hasOwn(scopes, 'GET')) return scopes['GET']!;
  return Object.hasOwn(scopes, '*') ? scopes['*']! : [];
}

/** The methods that a route serves; HEAD may come with GET besides. */
export function methodsOf({ methods }: Pick<Route, 'methods'>): readonly string[] {
  return methods ?? USUAL_METHODS;
}
