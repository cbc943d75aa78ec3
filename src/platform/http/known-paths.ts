import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Edge } from './request.js';

/** A path that this process has routes for, by the router's pattern of it. */
export interface KnownPath {
  /** `/api/resources/:id` has one segment at `:id`, `/docs/*` everything below. */
  path: string;
  matches: RegExp;
  methods: Set<string>;
  edge: Edge | undefined;
}

/** The paths of this process's own routes, learnt as they are declared. */
export class KnownPaths {
  private readonly paths = new Map<string, KnownPath>();

  /** To be called before any route is declared. */
  learnFrom(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ url, method, config }: RouteOptions) => {
      const path = this.paths.get(url) ?? {
        path: url,
        matches: matcherOf(url),
        methods: new Set(),
        edge: config?.edge,
      };
      for (const name of [method].flat()) path.methods.add(name);
      this.paths.set(url, path);
    });
  }

  /** The known path that a request target is at, whatever the method. */
  find(rawTarget: string): KnownPath | undefined {
    const path = pathOf(rawTarget);
    return this.paths.get(path) ?? this.all().find(({ matches }) => matches.test(path));
  }

  all(): KnownPath[] {
    return [...this.paths.values()];
  }
}

function matcherOf(pattern: string): RegExp {
  const literal = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll(/:[^/]+/g, '[^/]+').replaceAll('*', '.*')}$`);
}

function pathOf(rawTarget: string): string {
  const [path = ''] = rawTarget.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
