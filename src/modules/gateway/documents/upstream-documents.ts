import { Injectable } from '@nestjs/common';
import { GatewayConfig } from '../../../config/config.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { ActiveRoutes } from '../routes/active-routes.js';
import type { RouteTable } from '../routes/route-table.js';
import type { Route, Upstream } from '../routes/route.js';
import { type ApiDocument, merged, parseApiDocument } from './api-document.js';
import { requestDocument } from './document-request.js';

/** Whoever loads the page again does not ask the other processes each time. Milliseconds. */
const KEPT_MS = 5_000;

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;

type PathItem = Partial<Record<(typeof METHODS)[number], object>>;

/**
 * Shows in the gateway's OpenAPI document what its routes lead to at the other processes of the topology, so that the whole
 * of it can be explored at the gateway. Their documents are asked for; one that is away is left out.
 */
@Injectable()
export class UpstreamDocuments {
  private latest:
    { askedAt: number; own: ApiDocument; table: RouteTable; merged: Promise<ApiDocument> } | undefined;

  constructor(
    private readonly config: GatewayConfig,
    private readonly routes: ActiveRoutes,
    private readonly logger: AppLogger,
  ) {}

  /** @param own not changed; the same one each time costs nothing */
  async addTo<Own extends ApiDocument>(own: Own): Promise<Own> {
    const now = performance.now();
    const table = this.routes.current;
    if (this.latest?.own !== own || this.latest.table !== table || now - this.latest.askedAt > KEPT_MS) {
      const others = this.ask();
      this.latest = {
        askedAt: now,
        own,
        table,
        merged: others.then((documents) => documents.reduce(merged, own)),
      };
    }
    return (await this.latest.merged) as Own;
  }

  private async ask(): Promise<ApiDocument[]> {
    const asked = this.routes.current.routes.filter((route) => this.isOfTopology(route));
    const upstreams = new Map(asked.map(({ upstream }) => [nameOf(upstream), upstream]));
    return Promise.all([...upstreams.values()].map(async (upstream) => this.documentOf(upstream)));
  }

  /**
   * Whether a route leads to the API or the auth server of this project, by the audience under which it is told of callers.
   * Others are not asked: nothing is known of what they would answer, and a page that anyone may load is no reason to.
   */
  private isOfTopology(route: Route): boolean {
    const { audience, identityAudience } = this.config;
    return (
      !route.public && route.identity === 'assertion' && [audience, identityAudience].includes(route.audience)
    );
  }

  /** From whichever target answers first: each is as good as the others. */
  private async documentOf(upstream: Upstream): Promise<ApiDocument> {
    try {
      const answers = upstream.targets.map(async (origin) =>
        parseApiDocument(await requestDocument(origin, upstream.tls)),
      );
      return this.reached(await Promise.any(answers), upstream);
    } catch (err) {
      this.logger.info(
        { err, targets: upstream.targets },
        'the OpenAPI document of an upstream cannot be shown',
      );
      return { paths: {} };
    }
  }

  /** What of an upstream's document the table of routes leads to, there and under the same path. */
  private reached(document: ApiDocument, upstream: Upstream): ApiDocument {
    const paths = Object.entries(document.paths).flatMap(([path, item]: [string, PathItem]) => {
      const operations = METHODS.filter(
        (method) => item[method] !== undefined && this.leadsTo(upstream, method, path),
      );
      if (operations.length === 0) return [];
      return [[path, Object.fromEntries(operations.map((method) => [method, item[method]]))] as const];
    });
    return { ...document, paths: Object.fromEntries(paths) };
  }

  private leadsTo(upstream: Upstream, method: string, path: string): boolean {
    // A template's braces are no characters of a path: any one segment stands for the parameter.
    const target = path.replaceAll(/\{[^}]*\}/g, 'x');
    const { forwarded } = this.routes.current.explain(method.toUpperCase(), target);
    return forwarded?.path === target && nameOf(forwarded.route.upstream) === nameOf(upstream);
  }
}

/** Routes that agree in it lead to the same servers, in the same way. */
function nameOf({ targets, tls }: Upstream): string {
  return JSON.stringify([targets, tls]);
}
