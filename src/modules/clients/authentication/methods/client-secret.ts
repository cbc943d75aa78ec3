import { digestsEqual, sha256 } from '../../../../platform/crypto/digest.js';
import { randomToken } from '../../../../platform/crypto/random.js';
import type { ClientSecrets } from '../../client.js';

const UNKNOWN_HASH = sha256(randomToken());

/** Stands in for a client that does not exist, so that its verification costs as much as that of a wrong secret. */
export const UNKNOWN_CLIENT: ClientSecrets = { current: UNKNOWN_HASH, previous: null };

/** Whether a digest is that of the current secret, or of the previous one before its expiry. */
export function isRegisteredSecret(
  digest: Buffer | null,
  { current, previous }: ClientSecrets,
  now: Date,
): boolean {
  if (digest === null) return false;
  const isCurrent = digestsEqual(digest, current ?? UNKNOWN_HASH);
  const isPrevious = previous !== null && digestsEqual(digest, previous.hash) && previous.expiresAt > now;
  return isCurrent || isPrevious;
}
