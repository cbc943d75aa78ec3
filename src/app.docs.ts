import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Config, RolesConfig } from './config/config.js';
import { UpstreamDocuments } from './modules/gateway/index.js';
import { serveSwaggerUi } from './platform/http/swagger-ui.js';
import { SCOPES, holderOf, scopesOffered } from './protocol/scopes.js';

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
  'Administration: routes': 'For people with role `admin`',
  'Between processes': 'What the gateway asks the auth server',
  Discovery: 'What clients and resource servers read before anything else',
  Health: 'For whoever operates this server',
};

/** What is asked of a process itself, past the gateway. */
const NOT_FORWARDED: ReadonlySet<string> = new Set(['Between processes', 'Health']);

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/**
 * The whole HTTP surface of this process as an OpenAPI document. Where tokens are issued here, its URLs are relative, so
 * it is right wherever it is served; behind a gateway they are the gateway's, which is where callers go.
 */
export function createDocument(app: NestFastifyApplication, config: Config): OpenAPIObject {
  const { roles, server } = config;
  const base = roles.oauth ? '' : server.issuer;
  const scopes = Object.fromEntries(scopesOffered(roles).map((name) => [name, SCOPES[name]!.description]));
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.0.3')
    .setTitle(`Grantway${rolesShown(roles)}`)
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer(base || '/', roles.oauth ? 'This server' : 'The gateway in front of this server')
    .addOAuth2(
      {
        type: 'oauth2',
        description:
          'Signs a person in with the password flow, retired by RFC 9700 section 2.4. Scopes of administration are for ' +
          'people with role `admin`; with no scope ticked, the client’s default is asked for.',
        flows: { password: { tokenUrl: `${base}/token`, refreshUrl: `${base}/token`, scopes } },
      },
      'oauth2',
    );
  if (roles.oauth) {
    builder.addBasicAuth(
      {
        type: 'http',
        scheme: 'basic',
        description: 'A client’s own `client_id` and `client_secret`, for /token, /revoke and /introspect',
      },
      'client',
    );
  }
  if (config.internal.secret !== undefined && roles.identity) {
    builder.addSecurity('internal', {
      type: 'http',
      scheme: 'bearer',
      description: 'INTERNAL_SECRET, which the gateway has',
    });
  }
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), { autoTagControllers: false });
  if (!roles.oauth) {
    for (const operation of operationsIn(document)) {
      if (operation.tags?.some((tag) => NOT_FORWARDED.has(tag))) {
        operation.servers = [{ url: '/', description: 'This server' }];
      }
    }
  }
  return withUsedTags(document);
}

/** Pages of several processes are told apart by it; one process with everything needs no such name. */
function rolesShown(roles: RolesConfig): string {
  if (roles.identity && roles.oauth && roles.api && !roles.gateway) return '';
  const shown = (['gateway', 'oauth', 'identity', 'api'] as const).filter((role) => roles[role]);
  return ` (${shown.join(', ')})`;
}

function operationsIn({ paths }: OpenAPIObject): Operation[] {
  return Object.values(paths).flatMap((path) => Object.values(path as Record<string, Operation>));
}

function withUsedTags(document: OpenAPIObject): OpenAPIObject {
  const used = new Set(operationsIn(document).flatMap(({ tags }) => tags ?? []));
  return { ...document, tags: document.tags?.filter(({ name }) => used.has(name)) };
}

/** The same with what the gateway forwards to the other processes of the topology. */
async function wholeDocument(
  app: NestFastifyApplication,
  config: Config,
  own: OpenAPIObject,
): Promise<OpenAPIObject> {
  if (!config.roles.gateway) return own;
  const whole = await app.get(UpstreamDocuments).addTo(own);
  const order = Object.keys(TAGS);
  const byOrder = whole.tags?.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return withUsedTags({ ...whole, tags: byOrder });
}

/**
 * Serves Swagger UI at /docs and the document at /docs-json, and leads to it from `/`, unless that is for a file of
 * routes to give.
 */
export function setUpDocs(app: NestFastifyApplication, config: Config): void {
  // Made once, when it is first asked for: it takes long enough to keep everybody else waiting, and anyone may ask.
  let own: OpenAPIObject | undefined;
  serveSwaggerUi(app.getHttpAdapter().getInstance(), {
    title: `Grantway API${rolesShown(config.roles)}`,
    isHome: !config.roles.gateway || config.gateway.routesFile === undefined,
    document: async () => {
      own ??= createDocument(app, config);
      return JSON.stringify(await wholeDocument(app, config, own));
    },
    callsTo: config.roles.oauth ? undefined : config.server.issuer,
    scopes: scopesOffered(config.roles).filter((scope) => holderOf(scope) !== 'administrator'),
  });
}
