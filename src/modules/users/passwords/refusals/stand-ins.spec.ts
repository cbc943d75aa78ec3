import { describe, expect, it } from 'vitest';
import type { PasswordHash } from '../schemes/password-scheme.js';
import { StandIns, standInKey } from './stand-ins.js';

const aHash = (scheme: string, cost: number): PasswordHash => ({
  text: scheme,
  scheme,
  cost,
  verify: async () => false,
});

const NAMES = Array.from({ length: 2000 }, (_, i) => `name-${i}`);

describe('the stand-ins for names without a hash', () => {
  const bcrypt = aHash('bcrypt', 3);
  const scrypt = aHash('scrypt', 2);

  it('are as frequent as the expensive hashes that users have', () => {
    const standIns = new StandIns(Buffer.alloc(32));
    standIns.use([
      { hash: bcrypt, share: 0.3 },
      { hash: scrypt, share: 0.1 },
      { hash: aHash('argon2id', 1), share: 0.6 },
    ]);
    const chosen = NAMES.map((name) => standIns.standInFor(name));
    const share = (hash?: PasswordHash) => chosen.filter((each) => each === hash).length / NAMES.length;
    expect(share(bcrypt)).toBeCloseTo(0.3, 1);
    expect(share(scrypt)).toBeCloseTo(0.1, 1);
    expect(share(undefined)).toBeCloseTo(0.6, 1);
  });

  it('are always the same for a name, in every process with the key', () => {
    const [one, other, stranger] = ['secret', 'secret', 'another'].map(
      (secret) => new StandIns(standInKey(secret)),
    );
    for (const standIns of [one!, other!, stranger!]) standIns.use([{ hash: bcrypt, share: 0.5 }]);
    const chosenBy = (standIns: StandIns) => NAMES.map((name) => standIns.standInFor(name));
    expect(chosenBy(one!)).toEqual(chosenBy(other!));
    expect(chosenBy(one!)).not.toEqual(chosenBy(stranger!));
    expect(standInKey(undefined)).not.toEqual(standInKey(undefined));
  });

  it('are there for no name while nobody has an expensive hash', () => {
    const standIns = new StandIns(Buffer.alloc(32));
    standIns.use([{ hash: aHash('argon2id', 1), share: 1 }]);
    expect(NAMES.filter((name) => standIns.standInFor(name) !== undefined)).toEqual([]);
  });
});
