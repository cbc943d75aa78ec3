import { type DynamicModule, Injectable, Module, type Provider } from '@nestjs/common';
import { DirectoryConfig, InternalConfig, RolesConfig } from './config/config.js';
import {
  AccessTokensModule,
  AssertionAuthentication,
  AssertionsModule,
  BearerAuthentication,
  CallerAuthentication,
  RemoteJwks,
  OpaqueAccessTokens,
  SubjectStatus,
  GrantSubjectStatus,
  TokenStatus,
  type VerificationKey,
  VerificationKeys,
} from './modules/access/index.js';
import { GrantReview, RecentReviews, DirectorySubjectStatus } from './modules/auth/index.js';
import {
  ClientAllowedOrigins,
  ClientTokenRevocation,
  ClientsModule,
  type EndedGrants,
} from './modules/clients/index.js';
import { Directory, RemoteDirectory } from './modules/directory/index.js';
import { ChangedUsers, IdentityAssertions } from './modules/gateway/index.js';
import {
  type GrantEnd,
  GrantRegistry,
  IdentityAssertionIssuer,
  GrantOpaqueAccessTokens,
  SigningKeyRing,
  GrantTokenStatus,
  TokensModule,
} from './modules/tokens/index.js';
import {
  PasswordSignIn,
  UserTokenRevocation,
  UserSubjectStatus,
  UsersModule,
} from './modules/users/index.js';
import { Clock } from './platform/clock/clock.js';
import { AllowedOrigins, NoOrigins } from './platform/http/cors.js';
import { AppLogger } from './platform/logging/logging.module.js';
import { mayHold } from './protocol/scopes.js';

/** The issuer's keys, where issuer and resource server are one process. */
@Injectable()
class LocalJwks extends VerificationKeys {
  constructor(private readonly ring: SigningKeyRing) {
    super();
  }

  async find(kid: string): Promise<VerificationKey | undefined> {
    return this.ring.find(kid);
  }
}

/** Ends and narrows a person's tokens, where people and tokens are in one process. */
@Injectable()
class GrantUserTokenRevocation extends UserTokenRevocation {
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

/**
 * Where another process has the tokens: it asks about the user after each change that it forwarded, and at every refresh
 * for what changed without it.
 */
@Injectable()
class RemoteUserTokenRevocation extends UserTokenRevocation {
  async end(): Promise<void> {}

  async narrow(): Promise<void> {}
}

/** After a change in the directory through this gateway, asks the directory about the user. */
@Injectable()
export class ChangedUsersByReview extends ChangedUsers {
  constructor(
    private readonly grants: GrantReview,
    private readonly recent: RecentReviews,
  ) {
    super();
  }

  async review(sub: string): Promise<void> {
    await this.grants.reviewAfterChange(sub);
  }

  async reviewIfPossible(sub: string): Promise<void> {
    await this.recent.of(sub);
  }
}

@Injectable()
class GrantClientTokenRevocation extends ClientTokenRevocation {
  constructor(private readonly grants: GrantRegistry) {
    super();
  }

  async end(clientId: string, grants: EndedGrants, reason: GrantEnd): Promise<void> {
    await this.grants.endOfClient(clientId, grants, reason);
  }

  async narrow(clientId: string, scope: readonly string[]): Promise<void> {
    await this.grants.narrowClient(clientId, (name) => scope.includes(name));
  }
}

/**
 * The ports by which modules need one another without knowing one another, each bound to who answers: a module of this
 * process, or another process. Global, because a port's user may not import the module that answers it.
 */
@Module({})
export class PortsModule {
  static forRoot(roles: RolesConfig): DynamicModule {
    const providers = [
      ...(roles.oauth ? portsOfOauth : portsBehindTheGateway),
      ...(roles.identity ? portsOfIdentity(roles) : []),
      ...(roles.oauth ? [roles.identity ? USERS_HERE : USERS_ELSEWHERE, ...GRANT_REVIEWS] : []),
      subjectStatus(roles),
      ...(roles.gateway ? portsOfGateway : []),
    ];
    return {
      module: PortsModule,
      global: true,
      imports: [
        ...(roles.oauth ? [AccessTokensModule, ClientsModule, TokensModule] : [AssertionsModule]),
        ...(roles.identity ? [UsersModule] : []),
      ],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}

type Binding = Exclude<Provider, Function>;

const portsOfOauth: readonly Binding[] = [
  { provide: VerificationKeys, useClass: LocalJwks },
  { provide: TokenStatus, useExisting: GrantTokenStatus },
  { provide: OpaqueAccessTokens, useExisting: GrantOpaqueAccessTokens },
  { provide: CallerAuthentication, useExisting: BearerAuthentication },
  { provide: ClientTokenRevocation, useClass: GrantClientTokenRevocation },
  { provide: AllowedOrigins, useExisting: ClientAllowedOrigins },
];

const portsBehindTheGateway: readonly Binding[] = [
  { provide: VerificationKeys, useExisting: RemoteJwks },
  { provide: CallerAuthentication, useExisting: AssertionAuthentication },
  { provide: AllowedOrigins, useClass: NoOrigins },
];

const portsOfGateway: readonly Binding[] = [
  { provide: ChangedUsers, useClass: ChangedUsersByReview },
  { provide: IdentityAssertions, useExisting: IdentityAssertionIssuer },
];

function portsOfIdentity({ oauth }: RolesConfig): readonly Binding[] {
  return [
    { provide: UserTokenRevocation, useClass: oauth ? GrantUserTokenRevocation : RemoteUserTokenRevocation },
  ];
}

const USERS_HERE: Binding = { provide: Directory, useExisting: PasswordSignIn };

const USERS_ELSEWHERE: Binding = {
  provide: Directory,
  inject: [DirectoryConfig, InternalConfig, Clock, AppLogger],
  useFactory: (directory: DirectoryConfig, internal: InternalConfig, clock: Clock, logger: AppLogger) =>
    new RemoteDirectory(directory, internal, clock, logger),
};

/** The process that owns a row reads it: the grant where tokens and users are together, the user where it has users alone. */
function subjectStatus({ identity, oauth }: RolesConfig): Binding {
  if (identity === oauth) return { provide: SubjectStatus, useClass: GrantSubjectStatus };
  return identity
    ? { provide: SubjectStatus, useExisting: UserSubjectStatus }
    : { provide: SubjectStatus, useClass: DirectorySubjectStatus };
}

const GRANT_REVIEWS: readonly Binding[] = [
  { provide: GrantReview, useClass: GrantReview },
  { provide: RecentReviews, useClass: RecentReviews },
];
