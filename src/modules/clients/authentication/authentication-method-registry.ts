import { Inject, Injectable } from '@nestjs/common';
import type { ClientAuthenticationMethod } from '../../../protocol/grant-types.js';
import { InvalidClient, InvalidRequest } from '../../../protocol/oauth-error.js';
import { type ClientAuthenticationRequest, credentialPlacement } from './credential-placement.js';
import { AUTHENTICATION_METHODS, AuthenticationMethod } from './methods/authentication-method.js';
import type { PresentedCredentials } from './presented-credentials.js';

/** The client authentication methods that this server supports. */
@Injectable()
export class AuthenticationMethodRegistry {
  constructor(@Inject(AUTHENTICATION_METHODS) private readonly methods: AuthenticationMethod[]) {}

  /** The `token_endpoint_auth_methods_supported` of the metadata document. RFC 8414 §2. */
  get names(): ClientAuthenticationMethod[] {
    return this.methods.map(({ name }) => name);
  }

  named(name: ClientAuthenticationMethod): AuthenticationMethod {
    const method = this.methods.find((candidate) => candidate.name === name);
    if (method === undefined) throw new Error(`There is no client authentication method ${name}.`);
    return method;
  }

  /**
   * Reads client credentials by the one method that the request uses. RFC 6749 §2.3.
   * @throws InvalidRequest for several methods or a contradicting client_id
   * @throws InvalidClient when there are no credentials, or none that can be read
   */
  read(request: ClientAuthenticationRequest): PresentedCredentials {
    const placement = credentialPlacement(request);
    const method = this.methods.find((candidate) => candidate.placement === placement);
    if (method === undefined) throw new InvalidClient(false, `${placement} is not supported`);
    const presented = method.read(request);
    const bodyId = request.form.get('client_id');
    if (bodyId !== undefined && bodyId !== presented.clientId) {
      throw new InvalidRequest('The client_id in the body is not the one that authenticated.');
    }
    return presented;
  }
}
