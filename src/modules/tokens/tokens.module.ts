import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { EventsModule } from '../../platform/events/events.module.js';
import { JobsModule } from '../../platform/jobs/jobs.module.js';
import { AccessTokenIssuer } from './access-tokens/access-token-issuer.js';
import { OpaqueAccessTokenStore } from './access-tokens/opaque-access-token-store.js';
import { IdentityAssertionIssuer } from './assertions/identity-assertion-issuer.js';
import { GrantHousekeeping } from './grants/grant-housekeeping.js';
import { GrantRegistry } from './grants/grant-registry.js';
import { GrantStore } from './grants/grant-store.js';
import { RefreshTokenLog } from './grants/refresh-token-log.js';
import { RefreshTokenRotation } from './grants/refresh-token-rotation.js';
import { RefreshTokenStore } from './grants/refresh-token-store.js';
import { AccountSessionsController } from './http/account-sessions.controller.js';
import { AdminSessionsController } from './http/admin-sessions.controller.js';
import { GrantOpaqueAccessTokens } from './grant-opaque-access-tokens.js';
import { PostgresGrantStore } from './persistence/postgres-grant.store.js';
import { PostgresOpaqueAccessTokenStore } from './persistence/postgres-opaque-access-token.store.js';
import { PostgresRefreshTokenStore } from './persistence/postgres-refresh-token.store.js';
import { TypeormSigningKeyStore } from './persistence/typeorm-signing-key.store.js';
import { SigningKeyStore } from './signing-keys/signing-key.js';
import { SigningKeyRing } from './signing-keys/signing-key-ring.js';
import { GrantTokenStatus } from './grant-token-status.js';

/** Grants, their tokens and the keys that sign them. */
@Module({
  imports: [EventsModule, JobsModule, JwtModule.register({})],
  controllers: [AccountSessionsController, AdminSessionsController],
  providers: [
    AccessTokenIssuer,
    GrantHousekeeping,
    GrantRegistry,
    IdentityAssertionIssuer,
    GrantOpaqueAccessTokens,
    RefreshTokenLog,
    RefreshTokenRotation,
    SigningKeyRing,
    GrantTokenStatus,
    { provide: GrantStore, useClass: PostgresGrantStore },
    { provide: OpaqueAccessTokenStore, useClass: PostgresOpaqueAccessTokenStore },
    { provide: RefreshTokenStore, useClass: PostgresRefreshTokenStore },
    { provide: SigningKeyStore, useClass: TypeormSigningKeyStore },
  ],
  exports: [
    AccessTokenIssuer,
    GrantRegistry,
    IdentityAssertionIssuer,
    GrantOpaqueAccessTokens,
    RefreshTokenRotation,
    SigningKeyRing,
    GrantTokenStatus,
  ],
})
export class TokensModule {}
