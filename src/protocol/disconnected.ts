/**
 * The caller closed its connection before its response was complete. It cannot receive a response, so the request ends:
 * no further work is queued or begun for it.
 */
export class Disconnected extends Error {
  constructor() {
    super('The caller closed its connection');
    this.name = new.target.name;
  }
}
