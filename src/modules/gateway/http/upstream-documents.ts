import { Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { GatewayConfig } from '../../../config/config.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { ActiveRoutes } from '../routes/active-routes.js';

const TIMEOUT_MS = 1_000;
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;

type Documented = Pick<OpenAPIObject, 'paths' | 'components' | 'tags'>;

/**
 * Shows in the gateway's OpenAPI document what it forwards to the auth server and the API of this project, so that the
 * whole topology can be explored at the gateway. Their documents are asked for; one that is away is left out.
 */
@Injectable()
export class UpstreamDocuments {
  constructor(
    private readonly config: GatewayConfig,
    private readonly routes: ActiveRoutes,
    private readonly logger: AppLogger,
  ) {}

  async addTo(own: OpenAPIObject): Promise<OpenAPIObject> {
    const { apiUrl, identityUrl } = this.config;
    const origins = [apiUrl, identityUrl].filter((origin) => origin !== undefined);
    const others = await Promise.all(origins.map((origin) => this.documentAt(origin)));
    return others.reduce<OpenAPIObject>((document, other) => this.merge(document, other), own);
  }

  private async documentAt(origin: string): Promise<Documented> {
    try {
      const response = await fetch(`${origin}/docs-json`, {
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) return { paths: {} };
      return this.reached((await response.json()) as Documented, origin);
    } catch (err) {
      this.logger.info({ err }, 'the OpenAPI document of an upstream cannot be shown');
      return { paths: {} };
    }
  }

  /** What of another process's document the table of routes leads to, there. */
  private reached(document: Documented, origin: string): Documented {
    const paths = Object.fromEntries(
      Object.entries(document.paths).flatMap(([path, item]) => {
        // A template's braces are no characters of a path: any one segment stands for the parameter.
        const target = path.replaceAll(/\{[^}]*\}/g, 'x');
        const operations = METHODS.filter((method) => {
          if (item[method] === undefined) return false;
          const { forwarded } = this.routes.current.explain(method.toUpperCase(), target);
          return forwarded?.path === target && forwarded.route.upstream.targets.includes(origin);
        });
        if (operations.length === 0) return [];
        return [[path, Object.fromEntries(operations.map((method) => [method, item[method]]))]];
      }),
    );
    return { ...document, paths };
  }

  private merge(document: OpenAPIObject, other: Documented): OpenAPIObject {
    const { schemas: known } = document.components ?? {};
    const tags = [...(document.tags ?? []), ...(other.tags ?? [])];
    return {
      ...document,
      paths: { ...other.paths, ...document.paths },
      components: { ...document.components, schemas: { ...other.components?.schemas, ...known } },
      tags: [...new Map(tags.map((tag) => [tag.name, tag])).values()],
    };
  }
}
