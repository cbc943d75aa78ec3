import { ApiProperty } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { CLIENT_AUTHENTICATION_METHODS, GRANT_TYPES } from '../../../protocol/grant-types.js';
import type { ClientAuthenticationMethod } from '../../../protocol/grant-types.js';
import { SCOPES } from '../../../protocol/scopes.js';

const ISSUER = 'http://localhost:3000';
const SCOPES_SUPPORTED = { type: String, isArray: true, example: Object.keys(SCOPES) };
const METHODS = {
  enum: CLIENT_AUTHENTICATION_METHODS,
  isArray: true,
  example: CLIENT_AUTHENTICATION_METHODS,
};

/** RFC 8414 §2. */
export class AuthorizationServerMetadata {
  @ApiProperty({ description: 'The `iss` of every token', example: ISSUER })
  issuer: string;

  @ApiProperty({ example: `${ISSUER}/token` })
  token_endpoint: string;

  @ApiProperty(METHODS)
  token_endpoint_auth_methods_supported: readonly ClientAuthenticationMethod[];

  @ApiProperty({ example: `${ISSUER}/revoke` })
  revocation_endpoint: string;

  @ApiProperty(METHODS)
  revocation_endpoint_auth_methods_supported: readonly ClientAuthenticationMethod[];

  @ApiProperty({ example: `${ISSUER}/introspect` })
  introspection_endpoint: string;

  @ApiProperty({ ...METHODS, example: ['client_secret_basic', 'client_secret_post'] })
  introspection_endpoint_auth_methods_supported: readonly ClientAuthenticationMethod[];

  @ApiProperty({ example: `${ISSUER}/userinfo` })
  userinfo_endpoint: string;

  @ApiProperty({ example: `${ISSUER}/.well-known/jwks.json` })
  jwks_uri: string;

  @ApiProperty({ enum: GRANT_TYPES, enumName: 'GrantType', isArray: true, example: GRANT_TYPES })
  grant_types_supported: readonly string[];

  @ApiProperty({
    type: [String],
    description: 'Empty: there is no authorization endpoint',
    example: [],
  })
  response_types_supported: readonly string[];

  @ApiProperty(SCOPES_SUPPORTED)
  scopes_supported: readonly string[];
}

/** RFC 9728 §2. */
export class ProtectedResourceMetadata {
  @ApiProperty({ description: 'The `aud` of the tokens for the API', example: ISSUER })
  resource: string;

  @ApiProperty({ type: [String], example: [ISSUER] })
  authorization_servers: readonly string[];

  @ApiProperty({ example: `${ISSUER}/.well-known/jwks.json` })
  jwks_uri: string;

  @ApiProperty(SCOPES_SUPPORTED)
  scopes_supported: readonly string[];

  @ApiProperty({ type: [String], example: ['header'] })
  bearer_methods_supported: readonly string[];
}

/** RFC 7517 §5. */
export class JwkSet {
  @ApiProperty({
    type: 'array',
    items: {
      type: 'object',
      required: ['kty', 'kid', 'alg', 'use'],
      properties: {
        kty: { type: 'string', enum: ['EC', 'RSA'] },
        kid: { type: 'string', description: 'The `kid` in the header of the tokens it signed' },
        alg: { type: 'string', enum: ['ES256', 'RS256'] },
        use: { type: 'string', enum: ['sig'] },
        crv: { type: 'string', description: 'Of an EC key' },
        x: { type: 'string', description: 'Of an EC key' },
        y: { type: 'string', description: 'Of an EC key' },
        n: { type: 'string', description: 'Of an RSA key' },
        e: { type: 'string', description: 'Of an RSA key' },
      },
    },
    // The key of RFC 7517, appendix A.1.
    example: [
      {
        kty: 'EC',
        kid: 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s',
        alg: 'ES256',
        use: 'sig',
        crv: 'P-256',
        x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
        y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
      },
    ],
  })
  keys: JWK[];
}
