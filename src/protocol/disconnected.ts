/**
 * The caller closed its connection before its response was complete. No response reaches it, so the request ends where
 * it is: nothing more is queued or begun for it.
 */
export class Disconnected extends Error {
  constructor() {
    super('The caller closed its connection');
    this.name = new.target.name;
  }
}
