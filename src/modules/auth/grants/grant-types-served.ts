import { Inject, Injectable } from '@nestjs/common';
import { UnauthorizedClient, UnsupportedGrantType } from '../../../protocol/oauth-error.js';
import type { Client } from '../../clients/index.js';
import { GRANT_HANDLERS, GrantHandler } from './grant-handler.js';

/** Finds the handler of a grant type. */
@Injectable()
export class GrantTypesServed {
  private readonly handlers: ReadonlyMap<string, GrantHandler>;

  constructor(@Inject(GRANT_HANDLERS) handlers: GrantHandler[]) {
    this.handlers = new Map(handlers.map((handler) => [handler.type, handler]));
  }

  /** The `grant_type` values, for the metadata document. RFC 8414 §2. */
  get types(): string[] {
    return [...this.handlers.keys()];
  }

  /**
   * @throws UnsupportedGrantType when nobody serves it
   * @throws UnauthorizedClient when the client was not given it, before anything else of the request is looked at
   */
  handlerFor(grantType: string, client: Client): GrantHandler {
    const handler = this.handlers.get(grantType);
    if (handler === undefined) throw new UnsupportedGrantType();
    const isGiven = client.grantTypes.includes(handler.type);
    if (!isGiven || (handler.type === 'password' && !client.firstParty)) {
      throw new UnauthorizedClient('The client is not authorized to use this grant type.');
    }
    return handler;
  }
}
