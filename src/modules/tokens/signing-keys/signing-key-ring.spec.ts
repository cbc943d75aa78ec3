import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MovableClock } from '../../../../test/support/clock.js';
import { EncryptionKey } from '../../../platform/crypto/encryption-key.js';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import { generateSigningKey, sealSigningKey } from './key-pair.js';
import type { SigningKeyTimes } from './key-states.js';
import { type SigningKey, SigningKeyStore, type StoredSigningKey } from './signing-key.js';
import { SigningKeyRing } from './signing-key-ring.js';

/** Keys in memory, as two instances see them: what one adds, the other finds. */
class MemoryKeyStore extends SigningKeyStore {
  readonly stored: StoredSigningKey[] = [];
  looks = 0;
  away = false;

  async list(): Promise<StoredSigningKey[]> {
    this.looks += 1;
    if (this.away) throw new Error('the store is away');
    return this.stored.map((key) => ({ ...key, times: { ...key.times } }));
  }

  async addIf(
    isMissing: (stored: readonly StoredSigningKey[]) => boolean,
    key: StoredSigningKey,
  ): Promise<void> {
    if (isMissing(this.stored)) this.stored.push(key);
  }
}

const encryptionKey = anEncryptionKey();

let store: MemoryKeyStore;
let clock: MovableClock;

beforeEach(() => {
  store = new MemoryKeyStore();
  clock = new MovableClock();
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => vi.useRealTimers());

/** A key as another instance stores it: active from now on, unless its times are others. */
function stored(key: SigningKey, times: Partial<SigningKeyTimes> = {}): StoredSigningKey {
  const now = new Date();
  return {
    ...sealSigningKey(key, encryptionKey.bytes),
    times: { announcedAt: now, activeAt: now, retiredAt: null, removedAt: null, ...times },
  };
}

function anEncryptionKey(): EncryptionKey {
  return new EncryptionKey({ key: randomBytes(32), dataDir: '' });
}

async function anInstance(key = encryptionKey): Promise<SigningKeyRing> {
  const ring = new SigningKeyRing(store, key, clock);
  await ring.makeMissing();
  return ring;
}

describe('the signing keys', () => {
  it('have one key an algorithm, though two instances start together', async () => {
    const [one, two] = await Promise.all([anInstance(), anInstance()]);
    const kids = await Promise.all([one, two].map(async (ring) => (await ring.current('ES256')).kid));
    expect(new Set(kids).size).toBe(1);
    expect(store.stored.map(({ algorithm }) => algorithm)).toEqual(['ES256', 'RS256']);
  });

  it('are all published before one of them signs', async () => {
    const ring = await anInstance();
    const published = (await ring.published()).map(({ kid }) => kid);
    for (const algorithm of SIGNING_ALGORITHMS) {
      expect(published).toContain((await ring.current(algorithm)).kid);
    }
  });

  it.each<[SigningAlgorithm, object]>([
    ['ES256', { namedCurve: 'prime256v1' }],
    ['RS256', { modulusLength: 3072, publicExponent: 65_537n }],
  ])('sign with a key made for %s', async (algorithm, details) => {
    const { publicKey, publicJwk } = await (await anInstance()).current(algorithm);
    expect(publicKey.asymmetricKeyDetails).toMatchObject(details);
    expect(publicJwk).toMatchObject({ alg: algorithm, use: 'sig' });
    expect(publicJwk).not.toHaveProperty('d');
  });

  it('are the same after a restart', async () => {
    const { kid } = await (await anInstance()).current('ES256');
    expect((await (await anInstance()).current('ES256')).kid).toBe(kid);
  });

  it('are not opened with another encryption key, which the error says', async () => {
    const { kid } = await (await anInstance()).current('ES256');
    await expect(anInstance(anEncryptionKey())).rejects.toThrow(`The signing key ${kid} was encrypted`);
  });
});

describe('an unknown key id', () => {
  it('is found when another instance has made the key meanwhile', async () => {
    const here = await anInstance();
    const key = await generateSigningKey('ES256');
    await here.published();
    store.stored.push(stored(key));
    expect((await here.find(key.kid))?.kid).toBe(key.kid);
  });

  it('costs one look at the store a second, however many are made up', async () => {
    const ring = await anInstance();
    const { kid } = await ring.current('ES256');
    const before = store.looks;
    const madeUp = Array.from({ length: 2_000 }, () => ring.find(randomBytes(8).toString('hex')));
    expect(new Set(await Promise.all(madeUp))).toEqual(new Set([undefined]));
    expect(store.looks - before).toBe(1);
    await ring.find('another');
    expect(store.looks - before).toBe(1);
    vi.advanceTimersByTime(1_001);
    await ring.find('yet another');
    expect(store.looks - before).toBe(2);
    expect((await ring.find(kid))?.kid).toBe(kid);
    expect(store.looks - before).toBe(2);
  });

  it('is no verdict while the store is away; known keys go on', async () => {
    const ring = await anInstance();
    const { kid } = await ring.current('ES256');
    store.away = true;
    await expect(ring.find('unknown')).rejects.toThrow('the store is away');
    expect((await ring.find(kid))?.kid).toBe(kid);
    store.away = false;
    vi.advanceTimersByTime(1_001);
    expect(await ring.find('unknown')).toBeUndefined();
  });
});

describe('the state of a key', () => {
  const MAX_AGE_MS = 5_000;

  it('takes effect in every instance once its keys are five seconds old', async () => {
    const ring = await anInstance();
    const old = await ring.current('ES256');
    const next = await generateSigningKey('ES256');
    store.stored.push(stored(next));
    vi.advanceTimersByTime(MAX_AGE_MS - 1);
    expect((await ring.current('ES256')).kid).toBe(old.kid);
    vi.advanceTimersByTime(1);
    expect((await ring.current('ES256')).kid).toBe(next.kid);
    store.stored.find(({ kid }) => kid === old.kid)!.times.removedAt = new Date();
    expect((await ring.find(old.kid))?.kid).toBe(old.kid);
    vi.advanceTimersByTime(MAX_AGE_MS);
    expect(await ring.find(old.kid)).toBeUndefined();
    expect((await ring.published()).map(({ kid }) => kid)).not.toContain(old.kid);
  });

  it('decides by the clock, without a read of the store', async () => {
    const ring = await anInstance();
    const next = await generateSigningKey('ES256');
    const soon = new Date(clock.now().getTime() + 3_600_000);
    store.stored.push(stored(next, { activeAt: soon }));
    await ring.published();
    const before = store.looks;
    expect((await ring.current('ES256')).kid).not.toBe(next.kid);
    clock.advance(3_601);
    expect((await ring.current('ES256')).kid).toBe(next.kid);
    expect(store.looks).toBe(before);
  });

  it('does not make another key for an instance whose clock is behind', async () => {
    const { kid } = await (await anInstance()).current('ES256');
    clock.advance(-60);
    expect((await (await anInstance()).current('ES256')).kid).toBe(kid);
    expect(store.stored).toHaveLength(SIGNING_ALGORITHMS.length);
  });

  it('makes a new key where every key is retired or removed', async () => {
    const ring = await anInstance();
    const { kid } = await ring.current('ES256');
    store.stored.find((key) => key.kid === kid)!.times.retiredAt = new Date();
    await ring.published();
    const made = await ring.current('ES256');
    expect(made.kid).not.toBe(kid);
    expect((await ring.find(kid))?.kid).toBe(kid);
  });

  it('opens no private key of a removed key', async () => {
    const foreign = await generateSigningKey('ES256');
    const times = { announcedAt: new Date(), activeAt: null, retiredAt: null, removedAt: new Date() };
    store.stored.push({ ...sealSigningKey(foreign, randomBytes(32)), times });
    const ring = await anInstance();
    expect(await ring.find(foreign.kid)).toBeUndefined();
    expect((await ring.published()).map(({ kid }) => kid)).not.toContain(foreign.kid);
  });
});
