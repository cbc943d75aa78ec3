import { Module } from '@nestjs/common';
import { ClientAllowedOrigins } from './client-allowed-origins.js';
import { AuthenticationMethodRegistry } from './authentication/authentication-method-registry.js';
import { ClientAuthenticator } from './authentication/client-authenticator.js';
import { AUTHENTICATION_METHODS } from './authentication/methods/authentication-method.js';
import { ClientSecretBasic } from './authentication/methods/client-secret-basic.js';
import { ClientSecretPost } from './authentication/methods/client-secret-post.js';
import { NoAuthentication } from './authentication/methods/no-authentication.js';
import { ClientStore } from './client-store.js';
import { AdminClientsController } from './http/admin-clients.controller.js';
import { TypeormClientStore } from './persistence/typeorm-client.store.js';
import { ClientRegistry } from './registration/client-registry.js';

/** Registered clients and the validation of their credentials. */
@Module({
  controllers: [AdminClientsController],
  providers: [
    ClientAllowedOrigins,
    AuthenticationMethodRegistry,
    ClientAuthenticator,
    ClientRegistry,
    ClientSecretBasic,
    ClientSecretPost,
    NoAuthentication,
    {
      provide: AUTHENTICATION_METHODS,
      inject: [ClientSecretBasic, ClientSecretPost, NoAuthentication],
      useFactory: (...methods: unknown[]) => methods,
    },
    { provide: ClientStore, useClass: TypeormClientStore },
  ],
  exports: [ClientAllowedOrigins, AuthenticationMethodRegistry, ClientAuthenticator, ClientRegistry],
})
export class ClientsModule {}
