/** An RFC 9457 problem details object. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  /** The request id, to find the request in the log. */
  request_id?: string;
  /** Field errors of a refused body or query; an extension member (RFC 9457 §3.2). */
  errors?: FieldError[];
}

export interface FieldError {
  /** JSON Pointer (RFC 6901) into the body, or into the query read as an object. */
  pointer: string;
  detail: string;
}

/** A refusal of an API endpoint that its module foresees. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly errors?: FieldError[],
  ) {
    super(detail);
    this.name = new.target.name;
  }
}

export class NotFound extends ProblemError {
  constructor(what: string) {
    super(404, `There is no such ${what}.`);
  }
}

export class Conflict extends ProblemError {
  constructor(detail: string) {
    super(409, detail);
  }
}

export class InvalidInput extends ProblemError {
  constructor(errors: FieldError[]) {
    super(400, 'The request is invalid.', errors);
  }

  /** A refusal of one member of the body. */
  static member(name: string, detail: string): InvalidInput {
    return new InvalidInput([{ pointer: `/${name}`, detail }]);
  }
}

/** The resource was changed since the version named in If-Match. RFC 9110 §13.1.1. */
export class PreconditionFailed extends ProblemError {
  constructor() {
    super(412, 'The resource has changed since the version named in If-Match.');
  }
}

/** The same request may work after `retryAfter` whole seconds. */
export class Unavailable extends ProblemError {
  constructor(readonly retryAfter: number) {
    super(503, 'The server is temporarily unable to handle the request. Try again later.');
  }
}

/** The body has more bytes than this path takes. RFC 9110 §15.5.14. */
export class ContentTooLarge extends ProblemError {
  constructor() {
    super(413, 'The request body is too large.');
  }
}

/** The caller stopped sending in the middle of its request. RFC 9110 §15.5.9. */
export class RequestTimeout extends ProblemError {
  constructor() {
    super(408, 'The rest of the request did not come in time.');
  }
}

/** An upstream could not be reached, or what it answered is no answer. RFC 9110 §15.6.3. */
export class BadGateway extends ProblemError {
  constructor() {
    super(502, 'The server behind this path could not be reached, or gave no valid answer.');
  }
}

/** An upstream did not connect or answer in time. RFC 9110 §15.6.5. */
export class GatewayTimeout extends ProblemError {
  constructor() {
    super(504, 'The server behind this path did not answer in time.');
  }
}
