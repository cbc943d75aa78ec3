import { Test } from '@nestjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { HashingQueue, HashingQueueFull } from './hashing-queue.js';
import { HashComparison } from './hash-comparison.js';
import { HashImport } from './hash-import.js';
import { ExpensiveLane, HashingLanes } from './hashing-lanes.js';
import { PasswordHasher } from './password-hasher.js';
import { readHash } from './read-hash.js';
import { RefusalFloor } from './refusals/refusal-floor.js';
import { StandIns } from './refusals/stand-ins.js';
import { type Argon2Parameters, TODAY } from './schemes/argon2.js';
import { UnusableHash } from './schemes/password-scheme.js';

const CHEAP = { memory: 64, passes: 1, lanes: 1 };
const BCRYPT = '$2b$05$abcdefghijklmnopqrstuuiAUQSqLgPmKC.81UqN54J7SM7C5uZ5q';
const EXPENSIVE = BCRYPT.replace('$05$', '$10$');

function aHasher(parameters: Argon2Parameters = CHEAP, queue = new HashingQueue({ slots: 2, waiting: 100 })) {
  const expensive = new ExpensiveLane();
  const lanes = new HashingLanes(queue, expensive);
  const floor = new RefusalFloor();
  const standIns = new StandIns(Buffer.alloc(32));
  const comparison = new HashComparison(lanes, floor);
  return {
    hasher: new PasswordHasher(lanes, comparison, floor, standIns, parameters),
    imports: (maxImportCost = 4) => new HashImport(comparison, floor, { maxImportCost }),
    floor,
    standIns,
    run: vi.spyOn(queue, 'run'),
    runExpensive: vi.spyOn(expensive, 'run'),
    waits: vi.spyOn(floor, 'reached'),
  };
}

const check = (hash: string | null, password: string) => ({ name: 'alice', hash, password });

describe('the password hasher', () => {
  it('hashes with Argon2id, 19 MiB and two passes', async () => {
    const { hasher } = aHasher(TODAY);
    const hash = await hasher.hash('correct horse battery');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.verify(check(hash, 'correct horse battery'))).toEqual({
      matches: true,
      outdated: false,
    });
    expect(TODAY).toEqual({ memory: 19_456, passes: 2, lanes: 1 });
  });

  it('can be injected, with its defaults', async () => {
    const module = await Test.createTestingModule({
      providers: [
        { provide: HashingQueue, useFactory: () => new HashingQueue() },
        ExpensiveLane,
        HashingLanes,
        RefusalFloor,
        { provide: StandIns, useValue: new StandIns(Buffer.alloc(32)) },
        HashComparison,
        PasswordHasher,
      ],
    }).compile();
    const hasher = module.get(PasswordHasher);
    expect(await hasher.hash('correct horse battery')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('takes composed and decomposed for the same password, in both directions', async () => {
    const { hasher } = aHasher();
    const [nfc, nfd] = ['pässwörd-15chars', 'pa\u0308sswo\u0308rd-15chars'];
    expect((await hasher.verify(check(await hasher.hash(nfc), nfd))).matches).toBe(true);
    expect((await hasher.verify(check(await hasher.hash(nfd), nfc))).matches).toBe(true);
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
    expect(await hasher.verify(check(hash, other))).toEqual({ matches: false, outdated: false });
  });

  it('compares long passwords to the last character', async () => {
    const { hasher } = aHasher();
    const long = '🐙'.repeat(1000) + 'x'.repeat(24);
    const hash = await hasher.hash(long);
    expect((await hasher.verify(check(hash, long))).matches).toBe(true);
    expect((await hasher.verify(check(hash, long.slice(0, -1) + 'y'))).matches).toBe(false);
  });

  it('finds a hash made elsewhere outdated, but only for who knows the password', async () => {
    const { hasher } = aHasher();
    expect(await hasher.verify(check(BCRYPT, 'correct horse bättery'))).toEqual({
      matches: true,
      outdated: true,
    });
    expect(await hasher.verify(check(BCRYPT, 'correct horse battery'))).toEqual({
      matches: false,
      outdated: false,
    });
  });

  it('finds a hash outdated that costs less than today', async () => {
    const hash = await aHasher(CHEAP).hasher.hash('correct horse battery');
    expect(
      await aHasher({ ...CHEAP, passes: 2 }).hasher.verify(check(hash, 'correct horse battery')),
    ).toEqual({
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
        expect(await hasher.verify(check(null, password))).toEqual({ matches: false, outdated: false });
      }
    });

    it.each([
      null,
      '',
      'nonsense',
      '$2b$31$',
      '$argon2id$v=19$m=9999999,t=2,p=1$AAAA$AAAA',
      'x'.repeat(100_000),
    ])('or with a damaged one (%#), does the work of a comparison and waits for the floor', async (hash) => {
      const { hasher, run, waits } = aHasher();
      expect((await hasher.verify(check(hash, 'wrong horse battery'))).matches).toBe(false);
      expect(run).toHaveBeenCalledTimes(1);
      expect(waits).toHaveBeenCalledTimes(1);
    });
  });

  describe('refusing a password', () => {
    it('waits for the floor since the check began, after the turn in the queue', async () => {
      const { hasher, waits } = aHasher();
      await hasher.verify({ ...check(BCRYPT, 'wrong horse battery'), began: 17 });
      expect(waits).toHaveBeenCalledExactlyOnceWith(17, undefined);
    });

    it('does so for a user who may not sign in, although the password is right', async () => {
      const { hasher, waits } = aHasher();
      const disabled = { ...check(BCRYPT, 'correct horse bättery'), mayMatch: false };
      expect(await hasher.verify(disabled)).toEqual({ matches: false, outdated: false });
      expect(waits).toHaveBeenCalledTimes(1);
    });

    it('keeps no one waiting whose password is right', async () => {
      const { hasher, waits } = aHasher();
      expect((await hasher.verify(check(BCRYPT, 'correct horse bättery'))).matches).toBe(true);
      expect(waits).not.toHaveBeenCalled();
    });
  });

  describe('with a hash that costs more than one made today', () => {
    it('compares it in the lane of its own, one at a time', async () => {
      const { hasher, run, runExpensive } = aHasher();
      await hasher.verify(check(EXPENSIVE, 'wrong horse battery'));
      expect(run).not.toHaveBeenCalled();
      expect(runExpensive).toHaveBeenCalledTimes(1);
    });

    it('is turned away like anybody else while the queue is full', async () => {
      const { hasher, runExpensive } = aHasher(CHEAP, new HashingQueue({ slots: 1, waiting: 0 }));
      const running = hasher.hash('correct horse battery');
      await expect(hasher.verify(check(EXPENSIVE, 'wrong horse battery'))).rejects.toThrow(HashingQueueFull);
      expect(runExpensive).not.toHaveBeenCalled();
      await running;
    });

    it('lets others in while its own lane is full', async () => {
      const { hasher, runExpensive } = aHasher();
      runExpensive.mockRejectedValue(new HashingQueueFull(3));
      await expect(hasher.verify(check(EXPENSIVE, 'wrong horse battery'))).rejects.toThrow(HashingQueueFull);
      expect((await hasher.verify(check(BCRYPT, 'correct horse bättery'))).matches).toBe(true);
    });

    it('stands in for unknown names as often as users have one, so that its lane tells nothing', async () => {
      const { hasher, standIns, run, runExpensive } = aHasher();
      standIns.use([{ hash: readHash(EXPENSIVE), share: 1 }]);
      await hasher.verify(check(null, 'wrong horse battery'));
      expect(runExpensive).toHaveBeenCalledTimes(1);
      standIns.use([{ hash: readHash(EXPENSIVE), share: 0 }]);
      await hasher.verify(check(null, 'wrong horse battery'));
      expect(run).toHaveBeenCalledTimes(1);
      expect(runExpensive).toHaveBeenCalledTimes(1);
    });

    it('does not match for a name that it stands in for', async () => {
      const { hasher, standIns } = aHasher();
      standIns.use([{ hash: readHash(EXPENSIVE.replace(/.{31}$/, BCRYPT.slice(-31))), share: 1 }]);
      expect((await hasher.verify(check(null, 'correct horse bättery'))).matches).toBe(false);
    });
  });

  it('gives a name the same two places among expensive hashes, whether or not it is a user', async () => {
    for (const hash of [EXPENSIVE, null]) {
      const { hasher, standIns } = aHasher();
      standIns.use([{ hash: readHash(EXPENSIVE), share: 1 }]);
      const guesses = [1, 2, 3, 4].map(() => hasher.verify(check(hash, 'wrong horse battery')));
      const another = hasher.verify({ ...check(hash, 'wrong horse battery'), name: 'bob' });
      const settled = await Promise.allSettled(guesses);
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
      expect(settled[3]).toMatchObject({ reason: expect.any(HashingQueueFull) });
      expect((await another).matches).toBe(false);
    }
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
        expect(await hasher.verify(check(hash, password))).toEqual({ matches: false, outdated: false });
      }
      await expect(hasher.hash(password)).rejects.toThrow(RangeError);
      expect(run).not.toHaveBeenCalled();
    });

    it('still takes 4,096 bytes', async () => {
      const { hasher } = aHasher();
      const password = 'a'.repeat(4096);
      expect((await hasher.verify(check(await hasher.hash(password), password))).matches).toBe(true);
    });
  });

  it('does everything through the queue, once', async () => {
    const { hasher, run } = aHasher();
    const hash = await hasher.hash('correct horse battery');
    expect(run).toHaveBeenCalledTimes(1);
    await hasher.verify(check(hash, 'correct horse battery'));
    await hasher.verify(check(null, 'correct horse battery'));
    await hasher.verify(check(BCRYPT, 'correct horse battery'));
    expect(run).toHaveBeenCalledTimes(4);
  });

  it('passes on that the queue is full, for a known and an unknown person alike', async () => {
    const { hasher } = aHasher(CHEAP, new HashingQueue({ slots: 1, waiting: 0 }));
    const running = hasher.hash('correct horse battery');
    await expect(hasher.verify(check(null, 'correct horse battery'))).rejects.toThrow(HashingQueueFull);
    await expect(hasher.verify(check(BCRYPT, 'correct horse battery'))).rejects.toThrow(HashingQueueFull);
    await running;
  });

  describe('given a hash of another system', () => {
    it('runs its library once, and keeps the canonical notation', async () => {
      const { imports, run } = aHasher();
      const canonical = BCRYPT.replace('$2b$', '$2y$');
      expect(await imports().read(`{CRYPT}${canonical}`)).toBe(canonical);
      expect(run).toHaveBeenCalledTimes(1);
    });

    it('raises the floor by what the hash takes', async () => {
      const { imports, floor } = aHasher();
      expect(floor.milliseconds).toBe(0);
      await imports().read(BCRYPT);
      expect(floor.milliseconds).toBeGreaterThan(0);
    });

    it.each([
      ['the lane is full', () => Promise.reject(new HashingQueueFull(3)), undefined],
      ['the caller has gone', undefined, AbortSignal.abort(new Error('gone'))],
    ])('leaves the floor as it was while %s', async (_, run, signal) => {
      const { imports, floor, runExpensive } = aHasher();
      await imports().read(BCRYPT);
      const before = floor.milliseconds;
      if (run !== undefined) runExpensive.mockImplementation(run);
      await expect(imports().read(EXPENSIVE, signal)).rejects.toThrow();
      expect(floor.milliseconds).toBe(before);
      expect(floor.hashes.map(({ text }) => text)).toEqual([BCRYPT]);
    });

    it.each([
      'correct horse battery',
      '$1$salt$digest',
      '{SHA}5en6G6MezRroT3XKqkdPOmY',
      '$2b$20$zz',
      '',
      'x'.repeat(1e6),
    ])('says why it cannot be taken over, without repeating it: %#', async (hash) => {
      const { imports, run } = aHasher();
      const [refusal] = await Promise.allSettled([imports().read(hash)]);
      const { message } = (refusal as PromiseRejectedResult).reason as UnusableHash;
      expect(message).toMatch(/^Th.*\.$/);
      if (hash !== '') expect(message).not.toContain(hash);
      expect(run).not.toHaveBeenCalled();
    });

    it('refuses what costs more than the maximum, which the settings can raise', async () => {
      const { imports } = aHasher();
      const expensive = BCRYPT.replace('$05$', '$12$');
      await expect(imports().read(expensive)).rejects.toThrow(
        /6\.0 times .* the maximum is 4 \(IMPORT_MAX_COST\)/,
      );
      expect(await imports(6).read(expensive)).toBe(expensive);
    });
  });
});
