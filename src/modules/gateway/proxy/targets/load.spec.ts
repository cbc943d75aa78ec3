import { describe, expect, it } from 'vitest';
import type { AccessTokenClaims } from '../../../../protocol/access-token.js';
import { callerOf } from '../caller.js';
import { Load } from './load.js';

describe('the share of a caller in what may be in flight', () => {
  it('is a quarter, and what others have in flight does not change it', () => {
    const load = new Load();
    for (let nth = 0; nth < 7; nth += 1) load.enter('someone else');
    load.enter('alice');
    expect(load.hasShareFor('alice', 8)).toBe(true);
    load.enter('alice');
    expect(load.hasShareFor('alice', 8)).toBe(false);
    expect(load.hasShareFor('bob', 8)).toBe(true);
    expect(load.inFlight).toBe(9);
  });

  it.each([1, 2, 3, 4, 7])('is one request of %d', (maxInFlight) => {
    const load = new Load();
    expect(load.hasShareFor('alice', maxInFlight)).toBe(true);
    load.enter('alice');
    expect(load.hasShareFor('alice', maxInFlight)).toBe(false);
  });

  it('is there again when a request ends, once for each', () => {
    const load = new Load();
    const [leave] = [load.enter('alice'), load.enter('alice')];
    leave();
    leave();
    expect(load.inFlight).toBe(1);
    expect(load.hasShareFor('alice', 4)).toBe(false);
    expect(load.hasShareFor('alice', 8)).toBe(true);
  });
});

describe('the share of all callers without a token', () => {
  it('is a half, of which none may take more than its own', () => {
    const load = new Load();
    const [one, other, third] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((ip) => callerOf(undefined, ip));
    const leave = load.enter(one!);
    load.enter(one!);
    load.enter(other!);
    expect(load.hasRoomFor(third!, 8)).toBe(true);
    load.enter(other!);
    expect(load.hasRoomFor(third!, 8)).toBe(false);
    expect(load.hasShareFor(third!, 8)).toBe(true);
    leave();
    expect(load.hasRoomFor(third!, 8)).toBe(true);
  });

  it('is nobody’s with a token, whose requests do not count for it either', () => {
    const load = new Load();
    const person = callerOf({ client_id: 'app', sub: 'alice' } as AccessTokenClaims, '192.0.2.1');
    for (let nth = 0; nth < 8; nth += 1) load.enter(person);
    expect(load.hasRoomFor(callerOf(undefined, '192.0.2.1'), 8)).toBe(true);
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']) {
      load.enter(callerOf(undefined, ip));
    }
    expect(load.hasRoomFor(person, 8)).toBe(true);
  });
});
