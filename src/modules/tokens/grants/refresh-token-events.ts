import type { Grant } from './grant.js';
import type { RefreshOrigin } from './refresh-token-state.js';

/** A rotation was repeated within the leeway, for the first time. */
export class RefreshRepeated {
  constructor(
    readonly grant: Grant,
    readonly origin: RefreshOrigin,
  ) {}
}

/** A used refresh token was presented again, and its grant has ended. RFC 9700 §4.14.2. */
export class RefreshTokenReused {
  constructor(
    readonly grant: Grant,
    readonly origin: RefreshOrigin,
    /** The network of the rotation that used the token; null where it is unknown. */
    readonly rotationNetwork: string | null,
  ) {}
}
