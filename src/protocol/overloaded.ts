/** No room at this moment: nothing was decided, and the same request may work after `retryAfter` whole seconds. */
export class Overloaded extends Error {
  constructor(
    message: string,
    readonly retryAfter: number,
  ) {
    super(message);
    this.name = new.target.name;
  }
}
