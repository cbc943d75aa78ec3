import { type DynamicModule, Module } from '@nestjs/common';
import {
  BootstrapConfig,
  type Config,
  DatabaseConfig,
  DirectoryConfig,
  EncryptionConfig,
  GatewayConfig,
  HashingConfig,
  HttpConfig,
  InternalConfig,
  RedisConfig,
  RolesConfig,
  ServerConfig,
  TokenConfig,
} from './config.js';

/** Hands each module its own group of the configuration, injected by class. */
@Module({})
export class ConfigModule {
  static forRoot(config: Config): DynamicModule {
    const providers = [
      { provide: ServerConfig, useValue: config.server },
      { provide: HttpConfig, useValue: config.http },
      { provide: DatabaseConfig, useValue: config.database },
      { provide: TokenConfig, useValue: config.tokens },
      { provide: EncryptionConfig, useValue: config.encryption },
      { provide: BootstrapConfig, useValue: config.bootstrap },
      { provide: RolesConfig, useValue: config.roles },
      { provide: InternalConfig, useValue: config.internal },
      { provide: DirectoryConfig, useValue: config.directory },
      { provide: GatewayConfig, useValue: config.gateway },
      { provide: RedisConfig, useValue: config.redis },
      { provide: HashingConfig, useValue: config.hashing },
    ];
    return {
      module: ConfigModule,
      global: true,
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
