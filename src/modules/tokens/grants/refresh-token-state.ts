import type { Grant } from './grant.js';

/** A refresh token as it is stored: its digest, never itself. */
export interface NewRefreshToken {
  hash: Buffer;
  expiresAt: Date;
}

export interface Successor extends NewRefreshToken {
  /** The successor itself, sealed with a key that only the predecessor yields. */
  sealed: Buffer;
}

/** Where a refresh comes from. */
export interface RefreshOrigin {
  network: string;
  userAgent: string | null;
}

/** Where a rotation came from, as it is kept until the successor is used. */
export interface RotationOrigin {
  network: string;
  /** SHA-256; of the empty text where the request has none. */
  userAgentHash: Buffer;
}

/** A refresh token with its grant, at one moment. */
export interface RefreshTokenState {
  grant: Grant;
  grantEnded: boolean;
  expiresAt: Date;
  /** Undefined while the token is the live end of its line. */
  used: { rotationNetwork: string | null } | undefined;
}

export interface Repeat {
  /** How often the rotation has been repeated, this time included. */
  repeats: number;
  sealedSuccessor: Buffer;
}
