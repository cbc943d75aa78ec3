import { Module } from '@nestjs/common';
import { AllowedOriginsOfClients } from './allowed-origins-of-clients.js';
import { ClientAuthenticator } from './authentication/client-authenticator.js';
import { ClientStore } from './client-store.js';
import { AdminClientsController } from './http/admin-clients.controller.js';
import { TypeormClientStore } from './persistence/typeorm-client.store.js';
import { ClientRegistry } from './registration/client-registry.js';

/** Registered clients and the validation of their credentials. */
@Module({
  controllers: [AdminClientsController],
  providers: [
    AllowedOriginsOfClients,
    ClientAuthenticator,
    ClientRegistry,
    { provide: ClientStore, useClass: TypeormClientStore },
  ],
  exports: [AllowedOriginsOfClients, ClientAuthenticator, ClientRegistry],
})
export class ClientsModule {}
