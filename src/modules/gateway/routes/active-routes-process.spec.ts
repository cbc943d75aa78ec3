import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { activeRoutesOfEachTest, aFileOf, idsOf } from '../../../../test/support/active-routes.js';
import { ownPathsOf } from '../../../../test/support/own-paths.js';

/** Longer than the watcher waits for a directory to be quiet. Milliseconds. */
const SETTLED = 600;

const active = activeRoutesOfEachTest();

describe('SIGHUP', () => {
  it('reads the file again', async () => {
    const routes = active().loaded(aFileOf('a'));
    process.kill(process.pid, 'SIGHUP');
    await vi.waitFor(() => expect(active().lines).toMatchObject([{ fields: { reason: 'SIGHUP' } }]), 3_000);
    expect(idsOf(routes)).toEqual(['a']);
  });

  it('is left as it was where there is no file', () => {
    const before = process.listenerCount('SIGHUP');
    active().of({ apiUrl: 'http://api' }).load(ownPathsOf());
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });
});

describe('the end of the process', () => {
  it('ends the listening and the watching', async () => {
    const before = process.listenerCount('SIGHUP');
    const routes = active().loaded(aFileOf('a'));
    expect(process.listenerCount('SIGHUP')).toBe(before + 1);
    active().folder.write(aFileOf('b'));
    routes.onApplicationShutdown();
    expect(process.listenerCount('SIGHUP')).toBe(before);
    await pause(SETTLED);
    expect(idsOf(routes)).toEqual(['a']);
  });

  it('is not held up by the watching', () => {
    const held = () => process.getActiveResourcesInfo().filter((kind) => /FSEvent|Timeout/.test(kind)).length;
    const before = held();
    active().loaded(aFileOf('a'));
    expect(held()).toBe(before);
  });
});
