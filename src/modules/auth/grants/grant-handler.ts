import type { GrantType } from '../../../protocol/grant-types.js';
import type { TokenResponse } from '../../../protocol/token-response.js';
import type { TokenRequest } from '../token-request.js';

/**
 * One grant type. It decides for whom tokens are and with which scope, and has `auth/issuance` issue them. To serve another
 * one, register its handler under the token GRANT_HANDLERS.
 */
export abstract class GrantHandler {
  abstract readonly type: GrantType;

  /** @throws OAuthError, Disconnected */
  abstract handle(request: TokenRequest): Promise<TokenResponse>;
}

/** Injection token of the list of grant handlers. */
export const GRANT_HANDLERS = Symbol('grant handlers');
