import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { headerValues } from '../../../platform/http/request.js';
import { type Form, parseForm } from '../../../protocol/form.js';
import { InvalidRequest } from '../../../protocol/oauth-error.js';
import { type AuthenticatedClient, ClientAuthenticator, presentedCredentials } from '../../clients/index.js';

/** Parameters whose place is the body: in a URL they end up in logs and histories. RFC 6749 §2.3.1, §3.2. */
const BODY_ONLY = [
  'client_id',
  'client_secret',
  'client_assertion',
  'grant_type',
  'username',
  'password',
  'refresh_token',
  'token',
];

/** An OAuth endpoint's request, read in the order in which it may be refused. */
@Injectable()
export class OAuthRequests {
  constructor(private readonly clients: ClientAuthenticator) {}

  /** The form of the request body. @throws InvalidRequest */
  form(request: FastifyRequest): Form {
    const query = (request.query ?? {}) as Record<string, unknown>;
    if (BODY_ONLY.some((name) => Object.hasOwn(query, name))) {
      throw new InvalidRequest('Parameters belong in the request body, not in the URL.');
    }
    if (headerValues(request, 'content-type').length > 1) {
      throw new InvalidRequest('There is more than one Content-Type header.');
    }
    const { body } = request;
    if (!(body instanceof Uint8Array)) {
      throw new InvalidRequest('The request body must be application/x-www-form-urlencoded.');
    }
    try {
      return parseForm(body);
    } finally {
      // The form holds what is needed; the bytes with the secrets need not wait for the garbage collector.
      body.fill(0);
      request.body = undefined;
    }
  }

  /** The authenticated client. @throws InvalidClient, InvalidRequest, Disconnected */
  async client(request: FastifyRequest, form: Form): Promise<AuthenticatedClient> {
    const presented = presentedCredentials(headerValues(request, 'authorization'), form);
    const client = await this.clients.authenticate(presented, request.disconnection);
    request.clientId = client.clientId;
    return client;
  }
}
