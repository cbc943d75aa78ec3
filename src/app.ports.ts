import { Global, Injectable, Module } from '@nestjs/common';
import { AccessModule, TokenStatus, type VerificationKey, VerificationKeys } from './modules/access/index.js';
import { ResourceOwnerAuthenticator, mayHold } from './modules/auth/index.js';
import { AllowedOriginsOfClients, ClientTokens, ClientsModule } from './modules/clients/index.js';
import { GrantRegistry, SigningKeyRing, TokenStatusOfGrants, TokensModule } from './modules/tokens/index.js';
import { PasswordSignIn, PersonTokens, UsersModule } from './modules/users/index.js';
import { AllowedOrigins } from './platform/http/cors.js';

/** The issuer's keys, where issuer and resource server are one process. */
@Injectable()
class KeysOfThisIssuer extends VerificationKeys {
  constructor(private readonly ring: SigningKeyRing) {
    super();
  }

  async find(kid: string): Promise<VerificationKey | undefined> {
    return this.ring.find(kid);
  }
}

/** Ends and narrows a person's tokens, where people and tokens are in one process. */
@Injectable()
class PersonTokensOfGrants extends PersonTokens {
  constructor(private readonly grants: GrantRegistry) {
    super();
  }

  async end(sub: string, reason: 'person_disabled' | 'credentials_changed'): Promise<void> {
    await this.grants.endAllOfSubject(sub, reason);
  }

  async narrow(sub: string, roles: readonly string[]): Promise<void> {
    await this.grants.narrowSubject(sub, (scope) => mayHold(scope, roles));
  }
}

@Injectable()
class ClientTokensOfGrants extends ClientTokens {
  constructor(private readonly grants: GrantRegistry) {
    super();
  }

  async end(clientId: string): Promise<void> {
    await this.grants.endAllOfClient(clientId, 'client_disabled');
  }

  async narrow(clientId: string, scope: readonly string[]): Promise<void> {
    await this.grants.narrowClient(clientId, (name) => scope.includes(name));
  }
}

/**
 * The ports by which modules need one another without knowing one another, each bound to the module that answers.
 * Global, because a port's user may not import the module that answers it.
 */
@Global()
@Module({
  imports: [AccessModule, ClientsModule, TokensModule, UsersModule],
  providers: [
    { provide: VerificationKeys, useClass: KeysOfThisIssuer },
    { provide: TokenStatus, useExisting: TokenStatusOfGrants },
    { provide: PersonTokens, useClass: PersonTokensOfGrants },
    { provide: ClientTokens, useClass: ClientTokensOfGrants },
    { provide: ResourceOwnerAuthenticator, useExisting: PasswordSignIn },
    { provide: AllowedOrigins, useExisting: AllowedOriginsOfClients },
  ],
  exports: [
    VerificationKeys,
    TokenStatus,
    PersonTokens,
    ClientTokens,
    ResourceOwnerAuthenticator,
    AllowedOrigins,
  ],
})
export class PortsModule {}
