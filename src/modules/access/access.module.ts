import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { AccessTokenVerifier } from './access-token-verifier.js';
import { AccessDeclarations } from './http/access-declarations.js';
import { JwtAuthGuard } from './http/jwt-auth.guard.js';

/** What any resource server needs: it validates tokens and access, and knows nothing of who issued them. */
@Module({
  imports: [JwtModule.register({}), DiscoveryModule],
  providers: [AccessTokenVerifier, AccessDeclarations, { provide: APP_GUARD, useClass: JwtAuthGuard }],
  exports: [AccessTokenVerifier],
})
export class AccessModule {}
