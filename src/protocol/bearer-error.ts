/** The error codes of a protected resource. RFC 6750 §3.1. */
export type BearerErrorCode = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

/** A refusal of a bearer-protected endpoint; `detail` is for the log alone. RFC 6750 §3. */
export abstract class BearerError extends Error {
  abstract readonly status: number;
  /** Absent when the request carried no token at all: RFC 6750 §3.1 wants no error code then. */
  abstract readonly code: BearerErrorCode | undefined;

  constructor(
    readonly description: string,
    readonly detail?: string,
  ) {
    super(description);
    this.name = new.target.name;
  }
}

export class MissingToken extends BearerError {
  readonly status = 401;
  readonly code = undefined;

  constructor() {
    super('This resource needs an access token.');
  }
}

export class MalformedBearerRequest extends BearerError {
  readonly status = 400;
  readonly code = 'invalid_request';
}

/** One text for expired, revoked, forged and foreign tokens alike. */
export class InvalidToken extends BearerError {
  readonly status = 401;
  readonly code = 'invalid_token';

  constructor(detail?: string) {
    super('The access token is expired, revoked, malformed or not meant for this resource.', detail);
  }
}

export class InsufficientScope extends BearerError {
  readonly status = 403;
  readonly code = 'insufficient_scope';

  /** @param required the scopes that the route asks for */
  constructor(
    readonly required: readonly string[],
    detail?: string,
  ) {
    super(`This request needs the scope ${required.join(' ')}.`, detail);
  }
}
