import { Module } from '@nestjs/common';
import { AccessTokensModule } from '../access/index.js';
import { ClientsModule } from '../clients/index.js';
import { TokensModule } from '../tokens/index.js';
import { ClientCredentialsGrant } from './grants/client-credentials.grant.js';
import { GRANT_HANDLERS } from './grants/grant-handler.js';
import { GrantTypeRegistry } from './grants/grant-type-registry.js';
import { PasswordGrant } from './grants/password.grant.js';
import { RefreshTokenGrant } from './grants/refresh-token.grant.js';
import { UserSignIn } from './grants/user-sign-in.js';
import { IntrospectionController } from './http/introspection.controller.js';
import { LocalStrategy } from './http/local.strategy.js';
import { MetadataController } from './http/metadata.controller.js';
import { OAuthRequestReader } from './http/oauth-request-reader.js';
import { PassportSignIn } from './http/passport-sign-in.js';
import { RevocationController } from './http/revocation.controller.js';
import { TokenController } from './http/token.controller.js';
import { UserInfoController } from './http/userinfo.controller.js';
import { FinalCheck } from './issuance/final-check.js';
import { GrantStart } from './issuance/grant-start.js';
import { TokenIssuance } from './issuance/token-issuance.js';
import { TokenRenewal } from './issuance/token-renewal.js';
import { TokenResponses } from './issuance/token-response.js';
import { UndeliveredGrants } from './issuance/undelivered-grants.js';
import { UserDetailsSnapshot } from './issuance/user-details-snapshot.js';
import { ResourceIndicators } from './resource-indicators.js';
import { TokenIntrospection } from './token-introspection.js';
import { TokenRevocation } from './token-revocation.js';

/** The authorization server: its endpoints, and one handler for each grant type. */
@Module({
  imports: [AccessTokensModule, ClientsModule, TokensModule],
  controllers: [
    TokenController,
    RevocationController,
    IntrospectionController,
    MetadataController,
    UserInfoController,
  ],
  providers: [
    ClientCredentialsGrant,
    FinalCheck,
    GrantStart,
    GrantTypeRegistry,
    LocalStrategy,
    OAuthRequestReader,
    PasswordGrant,
    RefreshTokenGrant,
    ResourceIndicators,
    TokenIssuance,
    TokenIntrospection,
    TokenRevocation,
    TokenRenewal,
    TokenResponses,
    UndeliveredGrants,
    UserDetailsSnapshot,
    { provide: UserSignIn, useClass: PassportSignIn },
    {
      provide: GRANT_HANDLERS,
      inject: [PasswordGrant, RefreshTokenGrant, ClientCredentialsGrant],
      useFactory: (...handlers: unknown[]) => handlers,
    },
  ],
})
export class AuthModule {}
