/** Too many requests of this caller: nothing was decided, and `retryAfter` whole seconds later there is room again. */
export class Throttled extends Error {
  constructor(
    message: string,
    readonly retryAfter: number,
    /** `RateLimit` and `RateLimit-Policy`, where a limit has them. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = new.target.name;
  }
}
