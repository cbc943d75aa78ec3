/**
 * Nothing can be decided at this moment: there is no room, or what the decision needs (keys, a directory, Redis) cannot
 * be asked. The same request may work after `retryAfter` whole seconds.
 */
export class Overloaded extends Error {
  constructor(
    message: string,
    readonly retryAfter: number,
  ) {
    super(message);
    this.name = new.target.name;
  }
}
