import type { NewOpaqueAccessToken, OpaqueAccessTokenState } from './opaque-access-token.js';

/** Where opaque access tokens are kept. */
export abstract class OpaqueAccessTokenStore {
  abstract add(token: NewOpaqueAccessToken): Promise<void>;

  /** The token with its grant, asked for in one statement: it is the hot path. */
  abstract find(
    hash: Buffer,
    now: Date,
    disconnection?: AbortSignal,
  ): Promise<OpaqueAccessTokenState | undefined>;

  /** Forgets tokens that expired before `moment`. */
  abstract forgetBefore(moment: Date, stopping?: AbortSignal): Promise<void>;
}
