import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Logger } from 'pino';
import { PortsModule } from './app.ports.js';
import { type Config, RolesConfig } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { AccessModule, type ModulesByRole, Public } from './modules/access/index.js';
import { AuthModule } from './modules/auth/index.js';
import { ClientsModule, clientsPersistence } from './modules/clients/index.js';
import { GatewayModule } from './modules/gateway/index.js';
import { ResourcesModule, resourcesPersistence } from './modules/resources/index.js';
import { SigningKeyRing, TokensModule, tokensPersistence } from './modules/tokens/index.js';
import { DirectoryContractModule, UsersModule, usersPersistence } from './modules/users/index.js';
import { ClockModule } from './platform/clock/clock.js';
import { CryptoModule } from './platform/crypto/encryption-key.js';
import type { Persistence } from './platform/database/data-source.js';
import { Database } from './platform/database/database.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { HEALTH_CHECKS, type HealthCheck, HealthChecks } from './platform/health/health-checks.js';
import { HealthController } from './platform/health/health.controller.js';
import { ErrorFilter } from './platform/http/error.filter.js';
import { JobsModule } from './platform/jobs/jobs.module.js';
import { LoggingModule } from './platform/logging/logging.module.js';

/** Everything that a process with these roles keeps in its database, and nothing else. */
export function persistenceOf(roles: RolesConfig): Persistence {
  const kept = [
    ...(roles.oauth ? [clientsPersistence, tokensPersistence] : []),
    ...(roles.identity ? [usersPersistence] : []),
    ...(roles.api ? [resourcesPersistence] : []),
  ];
  return {
    entities: kept.flatMap(({ entities }) => entities),
    migrations: kept.flatMap(({ migrations }) => migrations),
  };
}

/**
 * What serves each role of this process. A module that is listed under another role than it is part of would be refused
 * behind a gateway: what is said of a caller to the identity role opens no route of the API, nor the other way round.
 */
function modulesOf(roles: RolesConfig, hasInternalSecret: boolean): ModulesByRole {
  return {
    ...(roles.oauth ? { oauth: [CryptoModule, AuthModule, ClientsModule, TokensModule] } : {}),
    ...(roles.identity
      ? { identity: [UsersModule, ...(hasInternalSecret ? [DirectoryContractModule] : [])] }
      : {}),
    ...(roles.api ? { api: [ResourcesModule] } : {}),
    ...(roles.gateway ? { gateway: [GatewayModule] } : {}),
  };
}

// Platform code knows no module, so the health routes get their declared access here.
Public()(HealthController);

/** Every controller of a process with these roles. */
export function controllersOf(roles: RolesConfig, hasInternalSecret: boolean): Type[] {
  const modules = Object.values(modulesOf(roles, hasInternalSecret)).flat();
  const declared = modules.flatMap((module) => (Reflect.getMetadata('controllers', module) ?? []) as Type[]);
  return [HealthController, ...declared];
}

/** The composition root: the one place, with app.ports.ts, that knows all modules. It picks them by role. */
@Module({})
export class AppModule {
  static forRoot(config: Config, logger: Logger): DynamicModule {
    const { roles } = config;
    const modules = modulesOf(roles, config.internal.secret !== undefined);
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        LoggingModule.forRoot(logger),
        ClockModule,
        DatabaseModule.forRoot(persistenceOf(roles)),
        JobsModule,
        PortsModule.forRoot(roles),
        AccessModule.forRoot(modules),
        ...Object.values(modules).flat(),
      ],
      controllers: [HealthController],
      providers: [
        { provide: APP_FILTER, useClass: ErrorFilter },
        HealthChecks,
        {
          provide: HEALTH_CHECKS,
          inject: [Database, { token: SigningKeyRing, optional: true }],
          useFactory: healthChecks,
        },
      ],
    };
  }
}

/** What this process has itself. That another one is away is no reason to take this one out of service as well. */
function healthChecks(database: Database, keys: SigningKeyRing | undefined): HealthCheck[] {
  return [
    { name: 'database and migrations', passes: () => database.isReady() },
    ...(keys === undefined
      ? []
      : [{ name: 'signing keys', passes: async () => (await keys.published()).length > 0 }]),
  ];
}
