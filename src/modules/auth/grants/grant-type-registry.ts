import { Inject, Injectable } from '@nestjs/common';
import type { GrantType } from '../../../protocol/grant-types.js';
import { UnauthorizedClient, UnsupportedGrantType } from '../../../protocol/oauth-error.js';
import type { Client } from '../../clients/index.js';
import { mayUseGrantType } from '../client-grant-types.js';
import { GRANT_HANDLERS, GrantHandler } from './grant-handler.js';

/** Finds the handler of a grant type. */
@Injectable()
export class GrantTypeRegistry {
  private readonly handlers: ReadonlyMap<string, GrantHandler>;

  constructor(@Inject(GRANT_HANDLERS) handlers: GrantHandler[]) {
    this.handlers = new Map(handlers.map((handler) => [handler.type, handler]));
  }

  /** The `grant_type` values, for the metadata document. RFC 8414 §2. */
  get types(): string[] {
    return [...this.handlers.keys()];
  }

  /** The grant type of that name, if it is served: for the log, which must not repeat any other text of a client. */
  find(grantType: string | undefined): GrantType | undefined {
    return this.handlers.get(grantType ?? '')?.type;
  }

  /**
   * @throws UnsupportedGrantType when no handler is registered for it
   * @throws UnauthorizedClient when the client may not use it
   */
  handlerFor(grantType: string, client: Client): GrantHandler {
    const handler = this.handlers.get(grantType);
    if (handler === undefined) throw new UnsupportedGrantType();
    if (!mayUseGrantType(client, handler.type)) {
      throw new UnauthorizedClient('The client is not authorized to use this grant type.');
    }
    return handler;
  }
}
