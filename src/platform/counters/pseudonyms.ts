import { type KeyObject, createHmac, createSecretKey } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { EncryptionKey } from '../crypto/encryption-key.js';
import { deriveKey } from '../crypto/sealing.js';

const MAX_REMEMBERED = 10_000;
const DIGEST_BYTES = 16;

/**
 * Names of partitions in Redis, under a key of this installation: the bare digest of an address or a username is soon
 * guessed.
 */
export class Pseudonyms {
  private key: KeyObject | undefined;
  /** A digest takes longer than the rest of a count. */
  private readonly recent = new LRUCache<string, string>({ max: MAX_REMEMBERED });

  constructor(
    private readonly namespace: string,
    private readonly encryptionKey: EncryptionKey,
  ) {}

  of(partition: string): string {
    const known = this.recent.get(partition);
    if (known !== undefined) return known;
    const digest = createHmac('sha256', this.hmacKey()).update(partition, 'utf8').digest();
    const pseudonym = digest.subarray(0, DIGEST_BYTES).toString('base64url');
    this.recent.set(partition, pseudonym);
    return pseudonym;
  }

  /** Derived at the first use, because the encryption key is not made before it is needed. */
  private hmacKey(): KeyObject {
    return (this.key ??= createSecretKey(
      deriveKey(
        Buffer.from(this.encryptionKey.bytes).toString('base64url'),
        `grantway ${this.namespace} partitions`,
      ),
    ));
  }
}
