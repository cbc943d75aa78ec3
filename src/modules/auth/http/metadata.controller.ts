import { Controller, Get, Header } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RolesConfig, TokenConfig } from '../../../config/config.js';
import { ApiProblems } from '../../../platform/http/api-problems.js';
import { ANY_ORIGIN } from '../../../platform/http/cors.js';
import { scopesOffered } from '../../../protocol/scopes.js';
import { Public } from '../../access/index.js';
import { AuthenticationMethodRegistry } from '../../clients/index.js';
import { SigningKeyRing } from '../../tokens/index.js';
import { GrantTypeRegistry } from '../grants/grant-type-registry.js';
import { AuthorizationServerMetadata, JwkSet, ProtectedResourceMetadata } from './metadata.dto.js';

/** Seconds for which the public documents may be cached. */
const MAX_AGE = 300;

/** What clients and resource servers can learn without credentials, from any origin. It lists only what works. */
@ApiTags('Discovery')
@Public()
@Controller('.well-known')
export class MetadataController {
  constructor(
    private readonly config: TokenConfig,
    private readonly keys: SigningKeyRing,
    private readonly grantTypes: GrantTypeRegistry,
    private readonly authenticationMethods: AuthenticationMethodRegistry,
    private readonly roles: RolesConfig,
  ) {}

  /** RFC 8414 §2. There is no authorization endpoint, so `response_types_supported` is empty. */
  @Get('oauth-authorization-server')
  @Header('Cache-Control', `public, max-age=${MAX_AGE}`)
  @RouteConfig(ANY_ORIGIN)
  @ApiOperation({
    operationId: 'readAuthorizationServerMetadata',
    summary: 'Authorization server metadata (RFC 8414)',
  })
  @ApiOkResponse({ description: 'Endpoints and what they support.', type: AuthorizationServerMetadata })
  authorizationServer(): AuthorizationServerMetadata {
    const { issuer } = this.config;
    const methods = this.authenticationMethods.names;
    return {
      issuer,
      token_endpoint: `${issuer}/token`,
      token_endpoint_auth_methods_supported: methods,
      revocation_endpoint: `${issuer}/revoke`,
      revocation_endpoint_auth_methods_supported: methods,
      introspection_endpoint: `${issuer}/introspect`,
      introspection_endpoint_auth_methods_supported: methods.filter((name) => name !== 'none'),
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      grant_types_supported: this.grantTypes.types,
      response_types_supported: [],
      scopes_supported: scopesOffered(this.roles),
    };
  }

  /** RFC 7517 §5. */
  @Get('jwks.json')
  @Header('Cache-Control', `public, max-age=${MAX_AGE}`)
  @RouteConfig(ANY_ORIGIN)
  @ApiOperation({ operationId: 'readKeys', summary: 'Public keys of the access tokens (RFC 7517)' })
  @ApiOkResponse({ description: 'A JWK Set; `Cache-Control` says how long it is good for.', type: JwkSet })
  @ApiProblems(503)
  async jwks(): Promise<JwkSet> {
    return { keys: await this.keys.published() };
  }

  /** RFC 9728 §2, on behalf of the backend API. */
  @Get('oauth-protected-resource')
  @Header('Cache-Control', `public, max-age=${MAX_AGE}`)
  @RouteConfig(ANY_ORIGIN)
  @ApiOperation({
    operationId: 'readProtectedResourceMetadata',
    summary: 'Protected resource metadata (RFC 9728)',
  })
  @ApiOkResponse({
    description: 'Who issues tokens for the API, and how they are presented.',
    type: ProtectedResourceMetadata,
  })
  protectedResource(): ProtectedResourceMetadata {
    const { issuer, audience } = this.config;
    return {
      resource: audience,
      authorization_servers: [issuer],
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      scopes_supported: scopesOffered(this.roles),
      bearer_methods_supported: ['header'],
    };
  }
}
