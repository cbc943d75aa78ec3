import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Edge } from './request.js';

/** A path that this process has routes for, whatever their methods. */
export class OwnPath {
  readonly methods = new Set<string>();
  private readonly head: readonly string[];
  private readonly hasBelow: boolean;

  /**
   * @param pattern as the router writes it: `/api/resources/:id` has one segment at `:id`, `/docs/*` everything below
   * @param edge the language that its errors are told in
   * @param anyOrigin whether pages of any origin may read it
   */
  constructor(
    readonly pattern: string,
    readonly edge?: Edge,
    readonly anyOrigin?: boolean,
  ) {
    const segments = segmentsOf(pattern);
    this.hasBelow = segments.at(-1) === '*';
    this.head = this.hasBelow ? segments.slice(0, -1) : segments;
  }

  /** Whether a path of these segments is at it. As for the router, a segment may be empty. */
  includes(segments: readonly string[]): boolean {
    const isLongEnough = this.hasBelow
      ? segments.length > this.head.length
      : segments.length === this.head.length;
    return isLongEnough && this.beginsLike(segments);
  }

  /** Whether every path below one of these segments is at it. */
  includesAllBelow(segments: readonly string[]): boolean {
    return this.hasBelow && segments.length >= this.head.length && this.beginsLike(segments);
  }

  private beginsLike(segments: readonly string[]): boolean {
    return this.head.every((own, at) => own.startsWith(':') || own === segments[at]);
  }
}

/**
 * The paths of this process's own routes, learnt as they are declared: what is at one of them is answered here, under
 * every method and in every spelling that the router takes for it.
 */
export class OwnPaths {
  private readonly paths = new Map<string, OwnPath>();

  /** To be called before any route is declared. */
  learnFrom(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', (route) => this.learn(route));
  }

  /** Takes note of a route. */
  learn({ url, method, config }: Pick<RouteOptions, 'url' | 'method' | 'config'>): void {
    const path = this.paths.get(url) ?? new OwnPath(url, config?.edge, config?.anyOrigin);
    for (const name of [method].flat()) path.methods.add(name);
    this.paths.set(url, path);
  }

  /** The own path that a request target is at, whatever the method. */
  find(rawTarget: string): OwnPath | undefined {
    const path = pathOf(rawTarget);
    if (path === undefined) return undefined;
    const literal = this.paths.get(path);
    if (literal !== undefined) return literal;
    const segments = segmentsOf(path);
    for (const own of this.paths.values()) if (own.includes(segments)) return own;
    return undefined;
  }

  all(): OwnPath[] {
    return [...this.paths.values()];
  }
}

/** `/a/b` as `a`, `b`. The router takes the first character for a slash, whatever it is. */
function segmentsOf(path: string): string[] {
  return path.slice(1).split('/');
}

/** The path of a request target as the router reads it; undefined where it reads none, which it answers 400 itself. */
function pathOf(rawTarget: string): string | undefined {
  const [path = ''] = rawTarget.replace(/^https?:\/\/[^/?#]+/i, '').split(/[?#]/);
  try {
    return decodeURI(path) || '/';
  } catch {
    return undefined;
  }
}
