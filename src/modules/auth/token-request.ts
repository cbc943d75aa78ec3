import type { Form } from '../../protocol/form.js';
import type { GrantType } from '../../protocol/grant-types.js';
import type { AuthenticatedClient } from '../clients/index.js';

/** A token request whose client is authenticated and may use the grant type. */
export interface TokenRequest {
  client: AuthenticatedClient;
  grantType: GrantType;
  form: Form;
  /** Address of the client. */
  ip: string;
  userAgent: string | null;
  /** The request's id in the log. */
  requestId: string;
  /** Receives the subject of the tokens as soon as it is known, for the log. */
  onSubject: (sub: string) => void;
  /** Aborted when the client disconnects before it has the response. */
  disconnection: AbortSignal;
}
