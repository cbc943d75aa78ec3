import { OwnPaths } from '../../../platform/http/own-paths.js';
import { MethodNotAllowed } from '../../../protocol/method-not-allowed.js';
import { ProblemError } from '../../../protocol/problem.js';
import { type CanonicalTarget, readTarget } from '../paths/canonical-path.js';
import { foldedPath } from '../paths/folded-path.js';
import { readingsOf } from '../paths/path-readings.js';
import { type UnusualForm, refusalOfForm } from '../paths/unusual-forms.js';
import { type PathPattern, bySpecificity, isSpeltBy, parsePathPattern, segmentsOf } from './path-pattern.js';
import { allowOf, routeServing, scopesFor } from './route-methods.js';
import { RouteTree } from './route-tree.js';
import type { Route } from './route.js';
import { upstreamPath } from './upstream-path.js';

/** The routes that share a path. */
interface Place {
  pattern: PathPattern;
  routes: Route[];
}

/** What would become of a request. */
export interface Explanation {
  method: string;
  /** Canonical, without the query; undefined for a target that has no such form. */
  path: string | undefined;
  /** Where the request is forwarded to: `path` is what the upstream receives, `scopes` what a token must have. */
  forwarded: { route: Route; scopes: readonly string[]; path: string } | undefined;
  /** Why it is not. Status is undefined where this server answers itself. */
  refused: { status: number | undefined; detail: string; allow: string | undefined } | undefined;
}

/**
 * Which route a request takes. Immutable: a change of routes is another table.
 *
 * The most specific pattern decides, whatever the order in the file, and decides alone: where its routes do not serve the
 * method, no wider pattern is asked.
 */
export class RouteTable {
  /** In the order of precedence: the first whose path and method match is the one. */
  readonly routes: readonly Route[];
  private readonly tree = new RouteTree<Place>();

  /**
   * @param routes without conflicts: whoever reads them knows best what to say of one
   * @param ownPaths what this process serves itself, for explanations
   */
  constructor(
    routes: readonly Route[],
    private readonly ownPaths = new OwnPaths(),
  ) {
    const parsed = routes.map((route) => ({ route, pattern: parsePathPattern(route.path) }));
    parsed.sort((a, b) => bySpecificity(a.pattern, b.pattern));
    for (const { route, pattern } of parsed) {
      this.tree.leafOf(pattern, () => ({ pattern, routes: [] })).routes.push(route);
    }
    this.routes = Object.freeze(parsed.map(({ route }) => route));
  }

  /**
   * The route of a request. A path that matches a pattern only when case and encoding are ignored has none, not even that
   * of a wider pattern: `/ADMIN` must not pass as anything when the upstream may take it for `/admin`.
   * @param path canonical
   * @param unusual forms in it, which the route must permit
   * @throws ProblemError 400, 404, MethodNotAllowed
   */
  find(method: string, path: string, unusual: CanonicalTarget['unusual'] = []): Route {
    const place = unusual.length === 0 ? this.placeOf(path) : this.placeOfUnusual(path, unusual);
    const route = routeServing(place.routes, method);
    if (route === undefined) throw new MethodNotAllowed(allowOf(place.routes));
    refuseUnpermitted([route], unusual);
    return route;
  }

  private placeOf(path: string): Place {
    const place = this.tree.find(segmentsOf(foldedPath(path)));
    if (place === undefined || !isSpeltBy(place.pattern, segmentsOf(path))) {
      throw new ProblemError(404, 'There is nothing at this path.');
    }
    return place;
  }

  /** Every reading of the path must lead to the same place, regardless of the checks of the routes file. */
  private placeOfUnusual(path: string, unusual: readonly UnusualForm[]): Place {
    const segments = segmentsOf(path);
    const place = this.tree.find(segments.map(foldedPath));
    const isSpelt = place !== undefined && isSpeltBy(place.pattern, segments);
    refuseUnpermitted(isSpelt ? place.routes : [], unusual);
    const isHere = readingsOf(path).every((reading) => this.tree.find(reading) === place);
    if (!isHere) throw refusalOfForm(unusual[0]!);
    return place!;
  }

  /** What the route of a request says of other origins; undefined where it says nothing, or there is no route. */
  corsOf(method: string, rawTarget: string): Route['cors'] {
    return this.explain(method, rawTarget).forwarded?.route.cors;
  }

  /** The refusal of a method that no route can have, because HTTP parsers do not know it. */
  refusalOfUnknownMethod(rawTarget: string): { status: number; allow: string | undefined } {
    const { status = 404, allow } = this.explain('', rawTarget).refused ?? {};
    return { status, allow };
  }

  /** What would become of a request with this target, query and all, as it stands in a request line. */
  explain(method: string, rawTarget: string): Explanation {
    // This server's router comes first, and has rules for paths of its own.
    if (this.ownPaths.find(rawTarget) !== undefined) return answeredHere(method, rawTarget);
    let path: string | undefined;
    try {
      const target = readTarget(rawTarget);
      path = target.path;
      const route = this.find(method, path, target.unusual);
      const forwarded = {
        route,
        scopes: scopesFor(route, method),
        path: upstreamPath(route, path),
      };
      return { method, path, forwarded, refused: undefined };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const allow = error instanceof MethodNotAllowed ? error.allow : undefined;
      const refused = { status: error.status, detail: error.detail, allow };
      return { method, path, forwarded: undefined, refused };
    }
  }
}

/** @throws ProblemError 400 for a form that none of the routes permits */
function refuseUnpermitted(routes: readonly Route[], unusual: readonly UnusualForm[]): void {
  const refused = unusual.find((form) => !routes.some(({ paths }) => paths.includes(form)));
  if (refused !== undefined) throw refusalOfForm(refused);
}

function answeredHere(method: string, rawTarget: string): Explanation {
  const detail = 'This server answers this path itself.';
  return {
    method,
    path: canonicalPathOf(rawTarget),
    forwarded: undefined,
    refused: { status: undefined, detail, allow: undefined },
  };
}

function canonicalPathOf(rawTarget: string): string | undefined {
  try {
    return readTarget(rawTarget).path;
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
