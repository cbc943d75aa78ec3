import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import { Clock } from '../../../platform/clock/clock.js';
import { EncryptionKey } from '../../../platform/crypto/encryption-key.js';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import { generateSigningKey, openSigningKey, sealSigningKey } from './key-pair.js';
import { type KeySet, type SigningKeyTimes, keySetAt } from './key-states.js';
import { type SigningKey, SigningKeyStore } from './signing-key.js';

/** How soon after an unknown key id was not found another one may cause a read of the store. Milliseconds. */
const COOL_DOWN_MS = 1_000;

/** For how long keys are used without reading the store again, which may have other times for them. Milliseconds. */
const MAX_AGE_MS = 5_000;

type RingKey = SigningKey & { times: SigningKeyTimes };

/** The signing keys of this issuer, opened once and kept as parsed keys. */
@Injectable()
export class SigningKeyRing {
  private keys: ReadonlyMap<string, RingKey> = new Map();
  private loading: Promise<void> | undefined;
  private loadedAt = -Infinity;
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

  /** The key that signs with an algorithm now. A missing one is made. */
  async current(algorithm: SigningAlgorithm): Promise<SigningKey> {
    await this.refresh();
    const known = this.keySet().signing(algorithm);
    if (known !== undefined) return known;
    await this.make(algorithm);
    const made = this.keySet().signing(algorithm);
    if (made === undefined) throw new Error(`There is no signing key for ${algorithm}.`);
    return made;
  }

  /** The published key with this id; one that another instance has just made is found by a read of the store. */
  async find(kid: string): Promise<SigningKey | undefined> {
    const isFresh = await this.refresh();
    const known = this.publishedKey(kid);
    // Only a read in vain starts the cool-down: a read for another reason must not delay a new key.
    if (known !== undefined || performance.now() - this.lookedInVainAt < COOL_DOWN_MS) return known;
    if (!isFresh) await this.load();
    const found = this.publishedKey(kid);
    if (found === undefined) this.lookedInVainAt = performance.now();
    return found;
  }

  /** The public halves, read from the store. RFC 7517 §5. */
  async published(): Promise<JWK[]> {
    await this.load();
    return this.keySet().published.map(({ publicJwk }) => publicJwk);
  }

  private keySet(): KeySet<RingKey> {
    return keySetAt([...this.keys.values()], this.clock.now());
  }

  private publishedKey(kid: string): SigningKey | undefined {
    return this.keySet().published.find((key) => key.kid === kid);
  }

  private async make(algorithm: SigningAlgorithm): Promise<void> {
    const key = sealSigningKey(await generateSigningKey(algorithm), this.encryptionKey.bytes);
    const now = this.clock.now();
    const times = { announcedAt: now, activeAt: now, retiredAt: null, removedAt: null };
    await this.store.addIf((stored) => keySetAt(stored, now).signing(algorithm) === undefined, {
      ...key,
      times,
    });
    // Another instance may have been first, and its key is then the one.
    await this.read();
  }

  /**
   * Reads keys that are too old. Known keys stay in use after a failure: every grant is in the same database.
   * @returns whether the keys were read by this call
   */
  private async refresh(): Promise<boolean> {
    if (performance.now() - this.loadedAt < MAX_AGE_MS) return false;
    try {
      await this.load();
      return true;
    } catch (error) {
      if (this.keys.size === 0) throw error;
      return false;
    }
  }

  /** Concurrent callers share one read. */
  private async load(): Promise<void> {
    this.loading ??= this.read().finally(() => {
      this.loading = undefined;
      this.loadedAt = performance.now();
    });
    await this.loading;
  }

  private async read(): Promise<void> {
    const { published } = keySetAt(await this.store.list(), this.clock.now());
    this.keys = new Map(
      published.map((stored) => {
        const key = this.keys.get(stored.kid) ?? openSigningKey(stored, this.encryptionKey.bytes);
        return [stored.kid, { ...key, times: stored.times }];
      }),
    );
  }
}
