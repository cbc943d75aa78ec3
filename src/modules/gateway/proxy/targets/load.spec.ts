import { describe, expect, it } from 'vitest';
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
