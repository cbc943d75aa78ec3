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
