import type { ClientAuthenticationMethod } from '../../../../protocol/grant-types.js';
import type { ClientSecrets } from '../../client.js';
import type { ClientAuthenticationRequest, CredentialPlacement } from '../credential-placement.js';
import type { PresentedCredentials } from '../presented-credentials.js';

/** One client authentication method. A class registered under AUTHENTICATION_METHODS is served and in the metadata. */
export abstract class AuthenticationMethod {
  abstract readonly name: ClientAuthenticationMethod;

  /** The place in a request where this method has its credentials. */
  abstract readonly placement: CredentialPlacement;

  /** @throws InvalidClient when the request has no credentials that this method can read */
  abstract read(request: ClientAuthenticationRequest): PresentedCredentials;

  /** Whether the credentials are those of the client. It does the same work for UNKNOWN_CLIENT as for a wrong secret. */
  abstract verify(
    presented: PresentedCredentials,
    registered: ClientSecrets,
    now: Date,
  ): boolean | Promise<boolean>;
}

/** Injection token of the list of authentication methods. */
export const AUTHENTICATION_METHODS = Symbol('client authentication methods');
