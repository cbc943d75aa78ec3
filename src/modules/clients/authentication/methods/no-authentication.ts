import { InvalidClient } from '../../../../protocol/oauth-error.js';
import type { ClientSecrets } from '../../client.js';
import type { ClientAuthenticationRequest } from '../credential-placement.js';
import { type PresentedCredentials, presentedCredentials } from '../presented-credentials.js';
import { AuthenticationMethod } from './authentication-method.js';

/** `none`: a public client names itself by `client_id`. RFC 6749 §3.2.1. */
export class NoAuthentication extends AuthenticationMethod {
  readonly name = 'none';
  readonly placement = 'none';

  read({ form }: ClientAuthenticationRequest): PresentedCredentials {
    const clientId = form.get('client_id');
    if (clientId === undefined) throw new InvalidClient(false, 'no client credentials');
    return presentedCredentials({ clientId }, { method: this.name, triedBasic: false });
  }

  verify(_presented: PresentedCredentials, { current }: ClientSecrets): boolean {
    return current === null;
  }
}
