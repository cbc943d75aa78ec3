import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { serveSwaggerUi } from './platform/http/swagger-ui.js';
import { SCOPES, holderOf } from './protocol/scopes.js';

const DESCRIPTION = `
OAuth 2.0 server and protected API for highly-trusted, first-party applications.

**Authorize** signs you in with the password flow (RFC 6749 section 4.3). RFC 9700 section 2.4 says that this grant must
not be used, and OAuth 2.1 leaves it out: an application sees its people's passwords, and neither a second factor nor
single sign-on can stand between. Here it is for your own applications that cannot do otherwise yet, client by client.

To try a route with a padlock: **Authorize**, fill in scheme *oauth2*, and **Try it out**. A confidential client's
\`client_secret\` goes in the authorization header or in the request body; a public client chooses the request body and
leaves it empty. An access token lasts minutes; when a route answers 401, authorize again.
`.trim();

/** Tags in the order in which a newcomer needs them. */
const TAGS: Readonly<Record<string, string>> = {
  'OAuth 2.0': 'Get, revoke and inspect tokens',
  Resources: 'The protected API: documents that belong to whoever made them',
  Account: 'The person who is signed in',
  'Administration: users': 'For people with role `admin`',
  'Administration: clients': 'For people with role `admin`',
  'Administration: sessions': 'For people with role `admin`',
  Discovery: 'What clients and resource servers read before anything else',
  Health: 'For whoever operates this server',
};

/** The whole HTTP surface as an OpenAPI document. Its URLs are relative, so it is right wherever it is served. */
export function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const scopes = Object.fromEntries(
    Object.entries(SCOPES).map(([name, { description }]) => [name, description]),
  );
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.0.3')
    .setTitle('Grantway')
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This server')
    .addOAuth2(
      {
        type: 'oauth2',
        description:
          'Signs a person in with the password flow, retired by RFC 9700 section 2.4. Scopes of administration are for ' +
          'people with role `admin`; with no scope ticked, the client’s default is asked for.',
        flows: { password: { tokenUrl: '/token', refreshUrl: '/token', scopes } },
      },
      'oauth2',
    )
    .addBasicAuth(
      {
        type: 'http',
        scheme: 'basic',
        description: 'A client’s own `client_id` and `client_secret`, for /token, /revoke and /introspect',
      },
      'client',
    );
  for (const [name, description] of Object.entries(TAGS)) config.addTag(name, description);
  return SwaggerModule.createDocument(app, config.build(), { autoTagControllers: false });
}

/** Serves Swagger UI at /docs and the document at /docs-json. */
export function setUpDocs(app: NestFastifyApplication): void {
  let json: string | undefined;
  serveSwaggerUi(app.getHttpAdapter().getInstance(), {
    title: 'Grantway API',
    document: () => (json ??= JSON.stringify(createDocument(app))),
    scopes: Object.keys(SCOPES).filter((scope) => holderOf(scope) !== 'administrator'),
  });
}
