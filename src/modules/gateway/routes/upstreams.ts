import type { Route } from './route.js';

/** What stands behind the routes. */
export abstract class Upstreams {
  /** Prepares for a table before it is taken up: for these routes, and for no others. */
  abstract retain(routes: readonly Route[]): void;
}
