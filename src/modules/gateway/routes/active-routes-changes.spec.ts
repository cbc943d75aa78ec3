import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { activeRoutesOfEachTest, aFileOf, idsOf } from '../../../../test/support/active-routes.js';
import { anAuthority } from '../../../../test/support/certificates.js';
import { ownPathsOf } from '../../../../test/support/own-paths.js';

/** Longer than the watcher waits for a directory to be quiet. Milliseconds. */
const SETTLED = 600;

const active = activeRoutesOfEachTest();

describe('a change of the file', () => {
  it('is taken up when it is written', async () => {
    const routes = active().loaded(aFileOf('a'));
    active().folder.write(aFileOf('b'));
    await vi.waitFor(() => expect(idsOf(routes)).toEqual(['b']), 3_000);
    active().folder.write(aFileOf('c'));
    await vi.waitFor(() => expect(idsOf(routes)).toEqual(['c']), 3_000);
    expect(active().lines.map(({ fields }) => fields['reason'])).toEqual(['file change', 'file change']);
  });

  it('is taken up when an editor puts another file in its place', async () => {
    const routes = active().loaded(aFileOf('a'));
    for (const id of ['b', 'c']) {
      renameSync(active().folder.write(aFileOf(id), '.routes.yaml.swp'), active().folder.file);
      await vi.waitFor(() => expect(idsOf(routes)).toEqual([id]), 3_000);
    }
  });

  it('is taken up when the file was away for a while', async () => {
    const routes = active().loaded(aFileOf('a'));
    rmSync(active().folder.file);
    await vi.waitFor(
      () => expect(active().lines).toMatchObject([{ fields: { mistake: 'cannot be read (ENOENT)' } }]),
      3_000,
    );
    expect(idsOf(routes)).toEqual(['a']);
    active().folder.write(aFileOf('b'));
    await vi.waitFor(() => expect(idsOf(routes)).toEqual(['b']), 3_000);
  });

  it('is taken up when Kubernetes moves the link to a new ConfigMap', async () => {
    const linkTo = (version: string) => {
      symlinkSync(version, join(active().folder.path, '..data_tmp'));
      renameSync(join(active().folder.path, '..data_tmp'), join(active().folder.path, '..data'));
    };
    active().folder.write(aFileOf('a'), '..1/routes.yaml');
    linkTo('..1');
    symlinkSync('..data/routes.yaml', active().folder.file);
    const routes = active().of();
    routes.load(ownPathsOf());
    for (const [version, id] of [
      ['..2', 'b'],
      ['..3', 'c'],
    ] as const) {
      active().folder.write(aFileOf(id), `${version}/routes.yaml`);
      linkTo(version);
      await vi.waitFor(() => expect(idsOf(routes)).toEqual([id]), 3_000);
    }
  });

  it('is taken up when it is one of a certificate in another folder', async () => {
    active().folder.write(anAuthority().certificate, 'tls/ca.pem');
    const text =
      'routes: [{ id: a, path: /a, upstream: { targets: ["https://a"], tls: { ca_file: tls/ca.pem } } }]';
    const routes = active().loaded(text);
    const next = anAuthority().certificate;
    active().folder.write(next, 'tls/ca.pem');
    await vi.waitFor(() => expect(routes.current.routes[0]!.upstream.tls?.ca).toBe(next), 3_000);
  });

  it('is told once when it is bad, and taken up when it is mended', async () => {
    const routes = active().loaded(aFileOf('a'));
    active().folder.write('routes: []');
    await vi.waitFor(() => expect(active().lines).toHaveLength(1), 3_000);
    active().folder.write('something else', 'other.txt');
    await pause(SETTLED);
    expect(active().lines).toMatchObject([{ level: 'error', fields: { mistake: 'must not be empty' } }]);
    active().folder.write(aFileOf('b'));
    await vi.waitFor(() => expect(idsOf(routes)).toEqual(['b']), 3_000);
  });

  it('is one of the contents: what else happens in the folder is nothing', async () => {
    const routes = active().loaded(aFileOf('a'));
    const table = routes.current;
    active().folder.write(aFileOf('a'));
    active().folder.write(aFileOf('b'), 'other.yaml');
    await pause(SETTLED);
    expect(routes.current).toBe(table);
    expect(active().lines).toEqual([]);
  });

  it('is waited for until it is whole', async () => {
    const routes = active().loaded(aFileOf('a'));
    for (const part of ['', 'routes:\n', 'routes:\n- {', aFileOf('b')]) {
      active().folder.write(part);
      await pause(20);
    }
    await vi.waitFor(() => expect(idsOf(routes)).toEqual(['b']), 3_000);
    expect(active().lines.map(({ level }) => level)).toEqual(['info']);
  });
});
