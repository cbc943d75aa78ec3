import { Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { GatewayConfig } from '../../../config/config.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { ActiveRoutes } from '../routes/active-routes.js';

const TIMEOUT_MS = 1_000;
const MOST_BYTES = 2 * 2 ** 20;

/** Whoever loads the page again does not ask the other processes each time. Milliseconds. */
const KEPT_MS = 5_000;

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;

type Documented = Pick<OpenAPIObject, 'paths' | 'components' | 'tags'>;

/**
 * Shows in the gateway's OpenAPI document what it forwards to the auth server and the API of this project, so that the
 * whole topology can be explored at the gateway. Their documents are asked for; one that is away is left out.
 */
@Injectable()
export class UpstreamDocuments {
  private latest: { askedAt: number; documents: Promise<Documented[]> } | undefined;

  constructor(
    private readonly config: GatewayConfig,
    private readonly routes: ActiveRoutes,
    private readonly logger: AppLogger,
  ) {}

  async addTo(own: OpenAPIObject): Promise<OpenAPIObject> {
    if (this.latest === undefined || performance.now() - this.latest.askedAt > KEPT_MS) {
      this.latest = { askedAt: performance.now(), documents: this.ask() };
    }
    const others = await this.latest.documents;
    return others.reduce<OpenAPIObject>((document, other) => this.merge(document, other), own);
  }

  private async ask(): Promise<Documented[]> {
    const { apiUrl, identityUrl } = this.config;
    const origins = [apiUrl, identityUrl].filter((origin) => origin !== undefined);
    return Promise.all(origins.map(async (origin) => this.documentAt(origin)));
  }

  private async documentAt(origin: string): Promise<Documented> {
    try {
      const response = await fetch(`${origin}/docs-json`, {
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) return { paths: {} };
      return this.reached(documentOf(await textOf(response)), origin);
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

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error('the document is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws Error for what is no OpenAPI document in the members that are used here */
function documentOf(json: string): Documented {
  const document = JSON.parse(json) as Partial<Documented> | null;
  const { paths, components = {}, tags = [] } = document ?? {};
  const isUsable =
    isObject(paths) && Object.values(paths).every(isObject) && isObject(components) && Array.isArray(tags);
  if (!isUsable) throw new Error('this is no OpenAPI document');
  return { paths, components, tags: tags.filter(isObject) };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
