import { InvalidClient } from '../../../../protocol/oauth-error.js';
import type { ClientSecrets } from '../../client.js';
import type { ClientAuthenticationRequest } from '../credential-placement.js';
import { type PresentedCredentials, presentedCredentials } from '../presented-credentials.js';
import { AuthenticationMethod } from './authentication-method.js';
import { isRegisteredSecret } from './client-secret.js';

/** `client_id` and `client_secret` in the request body. RFC 6749 §2.3.1. */
export class ClientSecretPost extends AuthenticationMethod {
  readonly name = 'client_secret_post';
  readonly placement = 'client_secret';

  read({ form }: ClientAuthenticationRequest): PresentedCredentials {
    const clientId = form.get('client_id');
    if (clientId === undefined) throw new InvalidClient(false, 'no client credentials');
    return presentedCredentials(
      { clientId, secret: form.get('client_secret') },
      { method: this.name, triedBasic: false },
    );
  }

  verify({ secretHash }: PresentedCredentials, registered: ClientSecrets, now: Date): boolean {
    return isRegisteredSecret(secretHash, registered, now);
  }
}
