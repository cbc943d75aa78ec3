import { Injectable } from '@nestjs/common';
import { AllowedOrigins } from '../../platform/http/cors.js';
import { ClientStore } from './client-store.js';

/** Each client's list of web origins, asked of the database only when a cross-origin request comes. */
@Injectable()
export class ClientAllowedOrigins extends AllowedOrigins {
  constructor(private readonly clients: ClientStore) {
    super();
  }

  async includes(origin: string, clientId: string | undefined): Promise<boolean> {
    return this.clients.allowsOrigin(origin, clientId);
  }
}
