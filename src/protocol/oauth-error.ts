/** The error codes of the OAuth endpoints. RFC 6749 §5.2, RFC 8707 §2, RFC 6749 §4.1.2.1 for the last two. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'server_error'
  | 'temporarily_unavailable';

/**
 * A refusal of an OAuth endpoint. `description` is public ASCII text; `detail` is for the log alone and may
 * say what a stranger must not learn.
 */
export abstract class OAuthError extends Error {
  abstract readonly code: OAuthErrorCode;
  readonly status: number = 400;

  constructor(
    readonly description: string,
    readonly detail?: string,
  ) {
    super(description);
    this.name = new.target.name;
  }
}

export class InvalidRequest extends OAuthError {
  readonly code = 'invalid_request';
}

/** Answered with 401 and a challenge: Basic only to a client that tried Basic. RFC 6749 §5.2. */
export class InvalidClient extends OAuthError {
  readonly code = 'invalid_client';
  override readonly status = 401;

  /** @param triedBasic whether the client used the Authorization header */
  constructor(
    readonly triedBasic: boolean,
    detail?: string,
  ) {
    super('Client authentication failed.', detail);
  }
}

/** Always the same text: which of the reasons it was is nobody's business. RFC 6749 §5.2. */
export class InvalidGrant extends OAuthError {
  readonly code = 'invalid_grant';

  constructor(detail?: string) {
    super('The credentials or the refresh token are invalid, expired or revoked.', detail);
  }
}

export class UnauthorizedClient extends OAuthError {
  readonly code = 'unauthorized_client';
}

export class UnsupportedGrantType extends OAuthError {
  readonly code = 'unsupported_grant_type';

  constructor() {
    super('The authorization server does not support this grant type.');
  }
}

export class InvalidScope extends OAuthError {
  readonly code = 'invalid_scope';
}

/** The `resource` parameter names a resource this client gets no tokens for. RFC 8707 §2. */
export class InvalidTarget extends OAuthError {
  readonly code = 'invalid_target';

  constructor() {
    super('The requested resource is invalid, unknown or not allowed to this client.');
  }
}

export class ServerError extends OAuthError {
  readonly code = 'server_error';
  override readonly status = 500;

  constructor() {
    super('The authorization server met an unexpected condition.');
  }
}

/** Overload or a dependency that is away: the same request may work later. */
export class TemporarilyUnavailable extends OAuthError {
  readonly code = 'temporarily_unavailable';
  override readonly status = 503;

  /** @param retryAfter whole seconds, for the Retry-After header */
  constructor(
    readonly retryAfter: number,
    detail?: string,
  ) {
    super('The server is temporarily unable to handle the request. Try again later.', detail);
  }
}
