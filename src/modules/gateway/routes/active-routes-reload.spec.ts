import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { activeRoutesOfEachTest, aFileOf, idsOf } from '../../../../test/support/active-routes.js';
import { ownPathsOf } from '../../../../test/support/own-paths.js';

const active = activeRoutesOfEachTest();

describe('a reload', () => {
  it('swaps the table as a whole, and says so', () => {
    const routes = active().loaded(aFileOf('a'));
    const [old, since] = [routes.current, routes.since];
    active().folder.write(aFileOf('b'));
    active().clock.advance(60);
    routes.reload('test');
    expect(idsOf(routes)).toEqual(['b']);
    expect(old.routes.map(({ id }) => id)).toEqual(['a']);
    expect(routes.since.getTime() - since.getTime()).toBeGreaterThanOrEqual(60_000);
    expect(active().lines).toEqual([
      { level: 'info', fields: { reason: 'test', routes: 1 }, message: 'routes reloaded' },
    ]);
  });

  it('keeps the old table with any mistake, and logs each one', () => {
    const routes = active().loaded(aFileOf('a'));
    const [old, since] = [routes.current, routes.since];
    active().folder.write(
      `${aFileOf('b', 'b')}- { id: c, path: /c, upstream: "http://c", colour: c4n4ry }\n`,
    );
    routes.reload('test');
    expect(routes.current).toBe(old);
    expect(routes.since).toBe(since);
    expect(
      active().lines.map(({ level, fields }) => [
        level,
        fields['line'],
        fields['pointer'],
        fields['mistake'],
      ]),
    ).toEqual([
      ['error', 3, '/routes/1/id', 'is the id of another route'],
      ['error', 3, '/routes/1/path', expect.stringContaining('route b')],
      ['error', 4, '/routes/2/colour', 'is not a member'],
    ]);
    expect(JSON.stringify(active().lines)).not.toContain('c4n4ry');
  });

  it('keeps the old table while the file is away', () => {
    const routes = active().loaded(aFileOf('a'));
    rmSync(active().folder.file);
    routes.reload('test');
    expect(idsOf(routes)).toEqual(['a']);
    expect(active().lines).toMatchObject([
      { level: 'error', fields: { mistake: 'cannot be read (ENOENT)' } },
    ]);
  });

  it('holds the routes against the paths of this process again', () => {
    active().folder.write(aFileOf('a'));
    const routes = active().of();
    routes.load(ownPathsOf('/docs'));
    active().folder.write(aFileOf('docs'));
    routes.reload('test');
    expect(idsOf(routes)).toEqual(['a']);
    expect(active().lines).toMatchObject([{ level: 'error', fields: { pointer: '/routes/0/path' } }]);
  });

  it('prepares the upstreams for a table that is taken up, and for no other', () => {
    const { upstreams, folder } = active();
    const routes = active().loaded(aFileOf('a'));
    expect(upstreams.told).toEqual([['a']]);
    folder.write('routes: []');
    routes.reload('test');
    expect(upstreams.told).toEqual([['a']]);
    folder.write(aFileOf('b'));
    routes.reload('test');
    expect(upstreams.told).toEqual([['a'], ['b']]);
  });

  it('keeps the old table where the upstreams cannot be prepared', () => {
    active().folder.write(aFileOf('a'));
    const unprepared = new Error('not for these');
    const routes = active().of(undefined, {
      retain: ([route]) => {
        if (route?.id === 'b') throw unprepared;
      },
    });
    routes.load(ownPathsOf());
    active().folder.write(aFileOf('b'));
    routes.reload('test');
    expect(idsOf(routes)).toEqual(['a']);
    expect(active().lines).toEqual([
      { level: 'error', fields: { reason: 'test', err: unprepared }, message: 'the old routes stay' },
    ]);
  });
});
