import type { Form } from '../../../protocol/form.js';
import type { GrantType } from '../../../protocol/grant-types.js';
import { InvalidRequest } from '../../../protocol/oauth-error.js';
import type { TokenAnswer } from '../../../protocol/token-answer.js';
import type { AuthenticatedClient } from '../../clients/index.js';

/** A token request whose client is authenticated and may use the grant type. */
export interface TokenRequest {
  client: AuthenticatedClient;
  form: Form;
  /** Address the request came from. */
  ip: string;
  userAgent: string | null;
  /** The request's id in the log. */
  requestId: string;
  /** Receives the subject of the tokens as soon as it is known, for the log. */
  onSubject: (sub: string) => void;
  /** Aborted when the caller is gone before it has the response. */
  disconnection: AbortSignal;
}

/** One grant type. Register another one under the token GRANT_HANDLERS and the endpoint serves it. */
export abstract class GrantHandler {
  abstract readonly type: GrantType;

  /** @throws OAuthError, Disconnected */
  abstract handle(request: TokenRequest): Promise<TokenAnswer>;
}

/** Injection token of the list of grant handlers. */
export const GRANT_HANDLERS = Symbol('grant handlers');

/** @throws InvalidRequest when the parameter is missing or empty (RFC 6749 §3.2 treats both alike) */
export function required(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new InvalidRequest(`The parameter ${name} is missing.`);
  return value;
}
