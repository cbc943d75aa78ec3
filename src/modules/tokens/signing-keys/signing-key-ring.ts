import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import { Clock } from '../../../platform/clock/clock.js';
import { EncryptionKey } from '../../../platform/crypto/encryption-key.js';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import { generateSigningKey, openSigningKey, sealSigningKey } from './key-pair.js';
import { type SigningKey, SigningKeyStore } from './signing-key.js';

/** How soon after an unknown key id was looked up in vain another one may send us to the store. Milliseconds. */
const COOL_DOWN_MS = 1_000;

/** The signing keys of this issuer, opened once and kept as parsed keys. */
@Injectable()
export class SigningKeyRing {
  private keys = new Map<string, SigningKey>();
  private looking: Promise<void> | undefined;
  private lookedInVainAt = -Infinity;

  constructor(
    private readonly store: SigningKeyStore,
    private readonly encryptionKey: EncryptionKey,
    private readonly clock: Clock,
  ) {}

  /** Makes every key before the first request: resource servers keep a key set for long, and miss what comes later. */
  async makeMissing(): Promise<void> {
    for (const algorithm of SIGNING_ALGORITHMS) await this.current(algorithm);
  }

  /** The key that signs with an algorithm now; where there is none yet, it is made. */
  async current(algorithm: SigningAlgorithm): Promise<SigningKey> {
    const known = this.firstOf(algorithm);
    if (known !== undefined) return known;
    await this.load();
    if (this.firstOf(algorithm) === undefined) {
      const key = await generateSigningKey(algorithm);
      await this.store.addFirstOf(sealSigningKey(key, this.encryptionKey.bytes), this.clock.now());
      // Read back: another instance may have been first, and its key is then the one.
      await this.load();
    }
    const current = this.firstOf(algorithm);
    if (current === undefined) throw new Error(`There is no signing key for ${algorithm}.`);
    return current;
  }

  /** The key with this id; one that another instance has just made is found by a look at the store. */
  async find(kid: string): Promise<SigningKey | undefined> {
    const known = this.keys.get(kid);
    // Only a look in vain starts the cool-down: whoever asks for a new key must not be refused for reading the keys.
    if (known !== undefined || performance.now() - this.lookedInVainAt < COOL_DOWN_MS) return known;
    this.looking ??= this.load().finally(() => (this.looking = undefined));
    await this.looking;
    const found = this.keys.get(kid);
    if (found === undefined) this.lookedInVainAt = performance.now();
    return found;
  }

  /** The public halves. RFC 7517 §5. */
  async published(): Promise<JWK[]> {
    await this.load();
    return [...this.keys.values()].map(({ publicJwk }) => publicJwk);
  }

  private firstOf(algorithm: SigningAlgorithm): SigningKey | undefined {
    return [...this.keys.values()].find((key) => key.algorithm === algorithm);
  }

  private async load(): Promise<void> {
    const stored = await this.store.list();
    this.keys = new Map(
      stored.map((key) => [key.kid, this.keys.get(key.kid) ?? openSigningKey(key, this.encryptionKey.bytes)]),
    );
  }
}
