import { sha256 } from '../../../platform/crypto/digest.js';
import { randomToken } from '../../../platform/crypto/random.js';
import { OPAQUE_TAG } from '../../../protocol/access-token.js';
import type { Grant } from '../grants/grant.js';

const FORM = new RegExp(`^${OPAQUE_TAG}[A-Za-z0-9_-]{43}$`);

/** An opaque access token as it is stored: its digest, never itself. */
export interface NewOpaqueAccessToken {
  hash: Buffer;
  grantId: string;
  scope: readonly string[];
  issuedAt: Date;
  expiresAt: Date;
}

/** An opaque access token with its grant, at one moment. */
export interface OpaqueAccessTokenState extends Omit<NewOpaqueAccessToken, 'grantId'> {
  grant: Grant;
  /** False when the grant has ended or the token was revoked; expired or not. */
  isLive: boolean;
}

export function newOpaqueAccessToken(): { token: string; hash: Buffer } {
  const token = OPAQUE_TAG + randomToken();
  return { token, hash: sha256(token) };
}

/** The digest by which a token is looked up; undefined for what this server has never issued. */
export function hashOfOpaqueAccessToken(token: string): Buffer | undefined {
  return FORM.test(token) ? sha256(token) : undefined;
}

/** The `jti` of an opaque token: what names it without being it. */
export function tokenIdOf(hash: Buffer): string {
  return hash.toString('base64url');
}
