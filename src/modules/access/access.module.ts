import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { AccessTokenVerifier } from './access-token-verifier.js';
import { IdentityAssertionVerifier } from './assertions/identity-assertion-verifier.js';
import { RemoteJwks } from './assertions/remote-jwks.js';
import { AccessDeclarations } from './http/access-declarations.js';
import { AssertionAuthentication } from './http/assertion-authentication.js';
import { AssertionAudiences, MODULES_BY_ROLE, type ModulesByRole } from './http/assertion-audiences.js';
import { BearerAuthentication } from './http/bearer-authentication.js';
import { JwtAuthGuard } from './http/jwt-auth.guard.js';
import { RouteAccess } from './http/route-access.js';
import { TrustedPeers } from './http/trusted-peers.js';
import { TokenSignatures } from './token-signatures.js';

/**
 * What any resource server needs: it validates access, and knows nothing of who issued the tokens. How the caller is
 * known is the port `CallerAuthentication`, bound to what one of the two modules below gives.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    AccessDeclarations,
    AssertionAudiences,
    RouteAccess,
    TrustedPeers,
    { provide: APP_GUARD, useClass: JwtAuthGuard },
  ],
})
export class AccessModule {
  /** @param modules every module with routes that ask for scopes, under its role */
  static forRoot(modules: ModulesByRole): DynamicModule {
    return { module: AccessModule, providers: [{ provide: MODULES_BY_ROLE, useValue: modules }] };
  }
}

/** Access tokens, in the process that issues them: the grants behind them can be asked. */
@Module({
  imports: [JwtModule.register({})],
  providers: [TokenSignatures, AccessTokenVerifier, BearerAuthentication],
  exports: [AccessTokenVerifier, BearerAuthentication],
})
export class AccessTokensModule {}

/** The gateway's assertions, in a process behind the gateway. */
@Module({
  imports: [JwtModule.register({})],
  providers: [TokenSignatures, RemoteJwks, IdentityAssertionVerifier, AssertionAuthentication],
  exports: [RemoteJwks, AssertionAuthentication],
})
export class AssertionsModule {}
