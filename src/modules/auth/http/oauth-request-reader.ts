import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { headerValues } from '../../../platform/http/request.js';
import { type Form, parseForm } from '../../../protocol/form.js';
import { InvalidRequest } from '../../../protocol/oauth-error.js';
import { type AuthenticatedClient, ClientAuthenticator } from '../../clients/index.js';

/** Parameters that are refused in the URL, which logs and browser histories keep. RFC 6749 §2.3.1, §3.2. */
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

/** Reads the form and the client of a request to an OAuth endpoint. */
@Injectable()
export class OAuthRequestReader {
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
      // The bytes contain secrets, so they do not wait for the garbage collector.
      body.fill(0);
      request.body = undefined;
    }
  }

  /** The authenticated client. @throws InvalidClient, InvalidRequest, Disconnected */
  async client(request: FastifyRequest, form: Form): Promise<AuthenticatedClient> {
    const authorizations = headerValues(request, 'authorization');
    const client = await this.clients.authenticate({ authorizations, form }, request.disconnection);
    request.clientId = client.clientId;
    return client;
  }
}
