import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SCOPES } from './protocol/scopes.js';

/** The whole HTTP surface as an OpenAPI document. Its URLs are relative, so it is right wherever it is served. */
export function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const scopes = Object.fromEntries(
    Object.entries(SCOPES).map(([name, { description }]) => [name, description]),
  );
  const description = [
    'OAuth 2.0 server and protected API for highly-trusted, first-party applications.',
    '',
    '**Authorize** signs in with the password flow, which RFC 9700 and OAuth 2.1 retire: it is for first-party clients that cannot do otherwise yet.',
  ].join('\n');
  const config = new DocumentBuilder()
    .setTitle('Grantway')
    .setDescription(description)
    .setVersion('0.1.0')
    .addServer('/')
    .addOAuth2(
      {
        type: 'oauth2',
        description: 'Password flow (RFC 6749 section 4.3)',
        flows: { password: { tokenUrl: '/token', refreshUrl: '/token', scopes } },
      },
      'oauth2',
    )
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'A client’s own id and secret' }, 'client')
    .build();
  return SwaggerModule.createDocument(app, config);
}

/** Serves Swagger UI at /docs and the document at /docs-json. */
export function setUpDocs(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (/^\/docs(\/|$|\?)/.test(request.raw.url ?? '')) {
      void reply.header('Content-Security-Policy', DOCS_CONTENT_SECURITY_POLICY);
    }
    done(null, payload);
  });
  SwaggerModule.setup('docs', app, () => createDocument(app), {
    customSiteTitle: 'Grantway API',
    swaggerOptions: { persistAuthorization: false, oauth2RedirectUrl: undefined },
  });
}

/** Swagger UI runs scripts of this origin, styles itself inline, and calls nothing but this origin. */
const DOCS_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
