import { Test } from '@nestjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { HashingQueue, HashingQueueFull } from './hashing-queue.js';
import { PasswordHasher } from './password-hasher.js';
import { TODAY } from './schemes/argon2.js';
import { UnusableHash } from './schemes/password-scheme.js';

const CHEAP = { memory: 64, passes: 1, lanes: 1 };
const BCRYPT = '$2b$05$abcdefghijklmnopqrstuuiAUQSqLgPmKC.81UqN54J7SM7C5uZ5q';

function aHasher(parameters = CHEAP) {
  const queue = new HashingQueue({ concurrency: 2, capacity: 100 });
  return { hasher: new PasswordHasher(queue, parameters), run: vi.spyOn(queue, 'run') };
}

describe('the password hasher', () => {
  it('hashes with Argon2id, 19 MiB and two passes', async () => {
    const hasher = new PasswordHasher(new HashingQueue());
    const hash = await hasher.hash('correct horse battery');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(hash, 'correct horse battery')).toEqual({ matches: true, outdated: false });
    expect(TODAY).toEqual({ memory: 19_456, passes: 2, lanes: 1 });
  });

  it('can be injected, with its defaults', async () => {
    const module = await Test.createTestingModule({ providers: [HashingQueue, PasswordHasher] }).compile();
    const hasher = module.get(PasswordHasher);
    expect(await hasher.hash('correct horse battery')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('takes composed and decomposed for the same password, in both directions', async () => {
    const { hasher } = aHasher();
    const [nfc, nfd] = ['pässwörd-15chars', 'pa\u0308sswo\u0308rd-15chars'];
    expect((await hasher.verify(await hasher.hash(nfc), nfd)).matches).toBe(true);
    expect((await hasher.verify(await hasher.hash(nfd), nfc)).matches).toBe(true);
  });

  it.each([
    ['a space around it', ' correct horse battery '],
    ['another case', 'Correct horse battery'],
    ['a no-break space', 'correct\u00a0horse battery'],
    ['full-width letters', 'ｃorrect horse battery'],
    ['less of it', 'correct horse batter'],
    ['nothing', ''],
  ])('does not match with %s', async (_, other) => {
    const { hasher } = aHasher();
    const hash = await hasher.hash('correct horse battery');
    expect(await hasher.verify(hash, other)).toEqual({ matches: false, outdated: false });
  });

  it('compares long passwords to the last character', async () => {
    const { hasher } = aHasher();
    const long = '🐙'.repeat(1000) + 'x'.repeat(24);
    const hash = await hasher.hash(long);
    expect((await hasher.verify(hash, long)).matches).toBe(true);
    expect((await hasher.verify(hash, long.slice(0, -1) + 'y')).matches).toBe(false);
  });

  it('finds a hash made elsewhere outdated, but only for who knows the password', async () => {
    const { hasher } = aHasher();
    expect(await hasher.verify(BCRYPT, 'correct horse bättery')).toEqual({ matches: true, outdated: true });
    expect(await hasher.verify(BCRYPT, 'correct horse battery')).toEqual({ matches: false, outdated: false });
  });

  it('finds a hash outdated that costs less than today', async () => {
    const hash = await aHasher(CHEAP).hasher.hash('correct horse battery');
    expect(await aHasher({ ...CHEAP, passes: 2 }).hasher.verify(hash, 'correct horse battery')).toEqual({
      matches: true,
      outdated: true,
    });
  });

  it('cannot be made with parameters that it would not verify', () => {
    expect(() => aHasher({ ...CHEAP, memory: 1_000_000 })).toThrow(UnusableHash);
    expect(() => aHasher({ ...CHEAP, passes: 0 })).toThrow(UnusableHash);
  });

  describe('asked about somebody without a hash', () => {
    it('says no to every password', async () => {
      const { hasher } = aHasher();
      for (const password of ['', 'a', 'correct horse battery']) {
        expect(await hasher.verify(null, password)).toEqual({ matches: false, outdated: false });
      }
    });

    it.each([
      null,
      '',
      'nonsense',
      '$2b$31$',
      '$argon2id$v=19$m=9999999,t=2,p=1$AAAA$AAAA',
      'x'.repeat(100_000),
    ])('or with a damaged one (%#), takes as long as with a good one', async (hash) => {
      const hasher = new PasswordHasher(new HashingQueue());
      const good = await hasher.hash('correct horse battery');
      const times: Record<string, number[]> = { good: [], none: [] };
      for (let i = 0; i < 15; i++) {
        for (const [kind, stored] of Object.entries({ good, none: hash })) {
          const before = performance.now();
          expect((await hasher.verify(stored, 'wrong horse battery')).matches).toBe(false);
          times[kind]!.push(performance.now() - before);
        }
      }
      const median = (values: number[]) => values.toSorted((a, b) => a - b)[7]!;
      expect(median(times['none']!)).toBeGreaterThan(median(times['good']!) * 0.5);
      expect(median(times['none']!)).toBeLessThan(median(times['good']!) * 2);
    });
  });

  describe('given what is too long to be a password', () => {
    it.each([
      ['4,097 bytes', 'a'.repeat(4097)],
      ['a MiB', 'é'.repeat(512 * 1024)],
      ['a MiB of marks', 'a' + '\u0323\u0301'.repeat(512 * 1024)],
      ['half a surrogate pair', 'correct horse \ud83d'],
    ])('never hashes it, whoever it is for: %s', async (_, password) => {
      const { hasher, run } = aHasher();
      for (const hash of [null, BCRYPT, 'nonsense']) {
        expect(await hasher.verify(hash, password)).toEqual({ matches: false, outdated: false });
      }
      await expect(hasher.hash(password)).rejects.toThrow(RangeError);
      expect(run).not.toHaveBeenCalled();
    });

    it('still takes 4,096 bytes', async () => {
      const { hasher } = aHasher();
      const password = 'a'.repeat(4096);
      expect((await hasher.verify(await hasher.hash(password), password)).matches).toBe(true);
    });
  });

  it('does everything through the queue, once', async () => {
    const { hasher, run } = aHasher();
    const hash = await hasher.hash('correct horse battery');
    expect(run).toHaveBeenCalledTimes(1);
    await hasher.verify(hash, 'correct horse battery');
    await hasher.verify(null, 'correct horse battery');
    await hasher.verify(BCRYPT, 'correct horse battery');
    expect(run).toHaveBeenCalledTimes(4);
  });

  it('passes on that the queue is full, for a known and an unknown person alike', async () => {
    const queue = new HashingQueue({ concurrency: 1, capacity: 0 });
    const hasher = new PasswordHasher(queue, CHEAP);
    const running = hasher.hash('correct horse battery');
    await expect(hasher.verify(null, 'correct horse battery')).rejects.toThrow(HashingQueueFull);
    await expect(hasher.verify(BCRYPT, 'correct horse battery')).rejects.toThrow(HashingQueueFull);
    await running;
  });

  describe('given a hash of another system', () => {
    it('runs its library once, and keeps the canonical notation', async () => {
      const { hasher, run } = aHasher();
      expect(await hasher.import(`{CRYPT}${BCRYPT.replace('$2b$', '$2y$')}`)).toBe(
        BCRYPT.replace('$2b$', '$2y$'),
      );
      expect(run).toHaveBeenCalledTimes(1);
    });

    it.each([
      'correct horse battery',
      '$1$salt$digest',
      '{SHA}5en6G6MezRroT3XKqkdPOmY',
      '$2b$20$zz',
      '',
      'x'.repeat(1e6),
    ])('says why it cannot be taken over, without repeating it: %#', async (hash) => {
      const { hasher, run } = aHasher();
      const [refusal] = await Promise.allSettled([hasher.import(hash)]);
      const { message } = (refusal as PromiseRejectedResult).reason as UnusableHash;
      expect(message).toMatch(/^Th.*\.$/);
      if (hash !== '') expect(message).not.toContain(hash);
      expect(run).not.toHaveBeenCalled();
    });

    it('refuses what costs more than the maximum, which the settings can raise', async () => {
      const expensive = BCRYPT.replace('$05$', '$12$');
      const queue = new HashingQueue();
      await expect(new PasswordHasher(queue).import(expensive)).rejects.toThrow(
        /6\.0 times .* the maximum is 4 \(IMPORT_MAX_COST\)/,
      );
      expect(await new PasswordHasher(queue, TODAY, 6).import(expensive)).toBe(expensive);
    });
  });
});
