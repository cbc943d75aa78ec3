import { type DynamicModule, Module } from '@nestjs/common';
import {
  BootstrapConfig,
  type Config,
  DatabaseConfig,
  EncryptionConfig,
  ServerConfig,
  TokenConfig,
} from './config.js';

/** Hands each module its own group of the configuration, injected by class. */
@Module({})
export class ConfigModule {
  static forRoot(config: Config): DynamicModule {
    const providers = [
      { provide: ServerConfig, useValue: config.server },
      { provide: DatabaseConfig, useValue: config.database },
      { provide: TokenConfig, useValue: config.tokens },
      { provide: EncryptionConfig, useValue: config.encryption },
      { provide: BootstrapConfig, useValue: config.bootstrap },
    ];
    return {
      module: ConfigModule,
      global: true,
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
