import { decodeComponent } from '../../../../protocol/form.js';
import { InvalidClient } from '../../../../protocol/oauth-error.js';
import type { ClientSecrets } from '../../client.js';
import type { ClientAuthenticationRequest } from '../credential-placement.js';
import { type PresentedCredentials, presentedCredentials } from '../presented-credentials.js';
import { AuthenticationMethod } from './authentication-method.js';
import { isRegisteredSecret } from './client-secret.js';

/** HTTP Basic (RFC 7617 §2) with form-encoded id and secret (RFC 6749 §2.3.1). */
export class ClientSecretBasic extends AuthenticationMethod {
  readonly name = 'client_secret_basic';
  readonly placement = 'authorization_header';

  read({ authorizations: [authorization = ''] }: ClientAuthenticationRequest): PresentedCredentials {
    const [, scheme, encoded] = /^([A-Za-z]+) ([A-Za-z0-9+/]+={0,2})$/.exec(authorization) ?? [];
    if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) {
      throw new InvalidClient(
        /^basic\b/i.test(authorization),
        'the Authorization header holds no Basic credentials',
      );
    }
    const bytes = Buffer.from(encoded, 'base64');
    // Decoders differ on left-over bits and missing padding, so only the canonical encoding is accepted.
    const isCanonical = bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '');
    const pair = bytes.toString('latin1');
    const colon = pair.indexOf(':');
    if (!isCanonical || colon < 0) throw new InvalidClient(true, 'malformed Basic credentials');
    const clientId = decode(pair.slice(0, colon));
    const secret = decode(pair.slice(colon + 1));
    // RFC 6749 §2.3.1 permits omitting an empty secret, so an empty secret counts as absent.
    return secret === ''
      ? presentedCredentials({ clientId }, { method: 'none', triedBasic: true })
      : presentedCredentials({ clientId, secret }, { method: this.name, triedBasic: true });
  }

  verify({ secretHash }: PresentedCredentials, registered: ClientSecrets, now: Date): boolean {
    return isRegisteredSecret(secretHash, registered, now);
  }
}

function decode(text: string): string {
  try {
    return decodeComponent(text);
  } catch {
    throw new InvalidClient(true, 'Basic credentials that are not form-encoded');
  }
}
