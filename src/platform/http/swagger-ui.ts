import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** Swagger UI in the version that @nestjs/swagger was made for, which brings it along. */
const require = createRequire(createRequire(import.meta.url).resolve('@nestjs/swagger'));
const PACKAGE = require.resolve('swagger-ui-dist/package.json');
const { version } = require(PACKAGE) as { version: string };

/** Files under a version never change. */
const FILES = `/docs/${version}`;
const FOREVER = 'public, max-age=31536000, immutable';

/** Its files that the page needs: no source maps, no sample page, no package.json. */
const MEDIA_TYPES = {
  'index.css': 'text/css; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/**
 * The page runs and styles itself by files of this origin alone, and calls nothing but this origin and the one that the
 * document is about.
 */
const contentSecurityPolicy = (callsTo: string | undefined): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Icons within the stylesheet.
    "img-src 'self' data:",
    `connect-src 'self'${callsTo === undefined ? '' : ` ${callsTo}`}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export interface SwaggerUi {
  title: string;
  /** Whether `/` leads there. */
  isHome: boolean;
  /** Another origin that the document's calls go to. */
  callsTo: string | undefined;
  /** The OpenAPI document as JSON; asked for with each request. */
  document: () => Promise<string>;
  /** Scopes that the Authorize dialog ticks beforehand. */
  scopes: readonly string[];
}

/** Serves Swagger UI at /docs and the OpenAPI document at /docs-json. Nothing of it needs credentials. */
export function serveSwaggerUi(
  fastify: FastifyInstance,
  { title, isHome, callsTo, document, scopes }: SwaggerUi,
): void {
  // Not for good: another day something else may be there.
  if (isHome) fastify.get('/', (_request, reply) => void reply.redirect('/docs', 302));
  fastify.get('/docs-json', async (_request, reply) =>
    reply
      .header('Cache-Control', 'no-cache')
      .type('application/json; charset=utf-8')
      .send(await document()),
  );
  for (const path of ['/docs', '/docs/']) {
    fastify.get(path, (_request, reply) => {
      void reply
        .header('Cache-Control', 'no-cache')
        .header('Content-Security-Policy', contentSecurityPolicy(callsTo))
        .type('text/html; charset=utf-8')
        .send(page(title));
    });
  }
  fastify.get('/docs/start.js', (_request, reply) => {
    void reply
      .header('Cache-Control', 'no-cache')
      .type('text/javascript; charset=utf-8')
      .send(startScript(scopes));
  });
  for (const [name, mediaType] of Object.entries(MEDIA_TYPES)) {
    // Read once and shared: peers that ask and never read must not hold a copy each.
    let content: Promise<Buffer> | undefined;
    fastify.get(`${FILES}/${name}`, async (_request, reply) => {
      content ??= readFile(join(dirname(PACKAGE), name));
      return reply
        .header('Cache-Control', FOREVER)
        .type(mediaType)
        .send(await content);
    });
  }
}

function page(title: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="icon" type="image/png" sizes="32x32" href="${FILES}/favicon-32x32.png" />
    <link rel="stylesheet" href="${FILES}/index.css" />
    <link rel="stylesheet" href="${FILES}/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"><noscript>This page needs JavaScript. The document itself is at /docs-json.</noscript></div>
    <script src="${FILES}/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
}

function startScript(scopes: readonly string[]): string {
  return `const ui = SwaggerUIBundle({
  url: '/docs-json',
  dom_id: '#swagger-ui',
  layout: 'BaseLayout',
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // The badge would send the address of the document to a server of others.
  validatorUrl: null,
  // Where a browser may add credentials of its own, it answers a 401 to a wrong client secret with its own login box.
  requestInterceptor: (request) => Object.assign(request, { credentials: 'omit' }),
  // The field for a client's own secret would take the focus, and with it scroll the sign-in above it out of sight.
  plugins: [
    ({ React }) => ({
      wrapComponents: {
        Input: (Input) => (props) => React.createElement(Input, { ...props, autoFocus: false }),
      },
    }),
  ],
});
ui.initOAuth({ scopes: ${JSON.stringify(scopes)} });
`;
}
