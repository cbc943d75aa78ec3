import { rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RouteEntry } from '../../../src/modules/gateway/routes/file/route-entry.js';
import { type Answer, bearer, signIn } from '../../support/http.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { ADMINISTRATOR, FIRST_CLIENT } from '../../support/server.js';
import { type UpstreamServer, startUpstream } from '../../support/upstream-server.js';

/** How long a change of the file may take to count. */
const SOON = { timeout: 5_000 };

describe('the file of routes', () => {
  let old: UpstreamServer;
  let fresh: UpstreamServer;
  let gateway: RoutedGateway;
  let token: string;
  let administration: string;
  /** Answers of the old upstream that wait for their end. */
  const held: ServerResponse[] = [];

  beforeAll(async () => {
    old = await startUpstream((request, response) => {
      if (request.url === '/orders/held') held.push(response);
      else response.end('old');
    });
    fresh = await startUpstream((_, response) => response.end('fresh'));
    gateway = await startRoutedGateway(routesTo(old));
    token = await gateway.tokenFor('orders:read');
    administration = (await signIn(gateway, FIRST_CLIENT, ADMINISTRATOR, 'routes:read')).json.access_token;
  });

  afterAll(async () => {
    await gateway.close();
    await Promise.all([old.close(), fresh.close()]);
  });

  beforeEach(async () => {
    gateway.write(routesTo(old));
    await answers('old');
    gateway.logs.length = 0;
  });

  function routesTo({ origin }: UpstreamServer, more: Partial<RouteEntry> = {}): RouteEntry[] {
    return [{ id: 'orders', path: '/orders/**', upstream: origin, ...more }];
  }

  const ask = (path = '/orders/7'): Promise<Answer> => bearer(gateway, token, path);
  const answers = (text: string) => vi.waitFor(async () => expect((await ask()).text).toBe(text), SOON);
  const logged = () => gateway.logs.map((line) => JSON.parse(line));

  async function tableInForce(): Promise<{
    in_force_since: string;
    items: { id: string; upstream: { targets: string[] } }[];
  }> {
    const { status, json } = await bearer(gateway, administration, '/admin/routes');
    expect(status).toBe(200);
    return json;
  }

  it('counts as soon as it has changed, for administrators as for callers', async () => {
    const before = await tableInForce();
    gateway.write(routesTo(fresh));
    await answers('fresh');
    const after = await tableInForce();
    expect(after.items[0]!.upstream.targets).toEqual([fresh.origin]);
    expect(after.in_force_since > before.in_force_since).toBe(true);
    expect(logged()).toContainEqual(
      expect.objectContaining({ msg: 'routes reloaded', reason: 'file change', routes: 1 }),
    );
  });

  it('leaves requests in flight to the route they have', async () => {
    const waiting = ask('/orders/held');
    await vi.waitFor(() => expect(held).toHaveLength(1));
    held[0]!.write('begun ');
    gateway.write(routesTo(fresh));
    await answers('fresh');
    held.shift()!.end('and finished by the old');
    expect(await waiting).toMatchObject({ status: 200, text: 'begun and finished by the old' });
    await vi.waitFor(() => expect(old.connections.size).toBe(0), SOON);
  });

  it('loses no request however often it changes', async () => {
    const texts = new Set<string>();
    const over = new AbortController();
    const callers = Array.from({ length: 4 }, async () => {
      let asked = 0;
      for (; !over.signal.aborted; asked += 1) {
        const { status, text } = await ask();
        expect(status).toBe(200);
        texts.add(text);
      }
      return asked;
    });
    for (const upstream of [fresh, old, fresh, old]) {
      gateway.write(routesTo(upstream));
      await answers(upstream === old ? 'old' : 'fresh');
    }
    over.abort();
    for (const asked of await Promise.all(callers)) expect(asked).toBeGreaterThan(4);
    expect(texts).toEqual(new Set(['old', 'fresh']));
  });

  it('takes away what it no longer has, and gives what is new in it', async () => {
    expect((await ask('/bills/7')).status).toBe(404);
    gateway.write([{ id: 'bills', path: '/bills/**', scopes: ['orders:read'], upstream: fresh.origin }]);
    await vi.waitFor(async () => expect((await ask('/bills/7')).text).toBe('fresh'), SOON);
    expect((await ask()).status).toBe(404);
  });

  it('tightens a route for tokens that it had opened', async () => {
    gateway.write(routesTo(old, { scopes: ['orders:write'] }));
    await vi.waitFor(async () => expect((await ask()).status).toBe(403), SOON);
  });

  it.each([
    ['no YAML', 'routes: [', /line 1/],
    [
      'a member that there is not',
      '{"routes":[{"id":"x","path":"/x","upstream":"http://a","tls_verify":false}]}',
      /tls_verify/,
    ],
    ['a target that is this server', '', /this server/],
    [
      'a path of this server',
      '{"routes":[{"id":"x","path":"/token","upstream":"http://a.example"}]}',
      /path/,
    ],
    [
      'two routes of one path',
      '{"routes":[{"id":"x","path":"/x","upstream":"http://a.example"},{"id":"y","path":"/x","upstream":"http://a.example"}]}',
      /path/,
    ],
    ['nothing', '', /./],
  ])('stays as it was when it has %s, and the log says where', async (what, text, said) => {
    const { in_force_since: since } = await tableInForce();
    gateway.write(
      what === 'a target that is this server'
        ? JSON.stringify({ routes: [{ id: 'x', path: '/x', upstream: gateway.config.server.issuer }] })
        : text,
    );
    const mistakes = () => logged().filter(({ msg }) => msg === 'the old routes stay');
    await vi.waitFor(() => expect(mistakes().length).toBeGreaterThan(0), SOON);
    const [{ level, reason, line, column, pointer, mistake }] = mistakes();
    expect(level).toBe(50);
    expect(reason).toBe('file change');
    expect(`line ${line}, column ${column} ${pointer} ${mistake}`).toMatch(said);
    expect((await ask()).text).toBe('old');
    expect((await tableInForce()).in_force_since).toBe(since);

    gateway.write(routesTo(fresh));
    await answers('fresh');
  });

  it('stays as it was when it has gone', async () => {
    rmSync(gateway.file);
    await vi.waitFor(
      () => expect(logged()).toContainEqual(expect.objectContaining({ msg: 'the old routes stay' })),
      SOON,
    );
    expect((await ask()).text).toBe('old');
  });

  it('counts when it was written where it stands, in pieces', async () => {
    const text = JSON.stringify({ routes: routesTo(fresh) });
    writeFileSync(gateway.file, text.slice(0, 30));
    await new Promise((resolve) => setTimeout(resolve, 50));
    writeFileSync(gateway.file, text);
    await answers('fresh');
    expect((await tableInForce()).items).toHaveLength(1);
  });

  it('is read again on SIGHUP, whether it has changed or not', async () => {
    process.kill(process.pid, 'SIGHUP');
    await vi.waitFor(() =>
      expect(logged()).toContainEqual(expect.objectContaining({ msg: 'routes reloaded', reason: 'SIGHUP' })),
    );
    expect((await ask()).text).toBe('old');
  });

  it('lets go of the signal when the server has stopped', async () => {
    const others = process.listenerCount('SIGHUP');
    const another = await startRoutedGateway(routesTo(old));
    expect(process.listenerCount('SIGHUP')).toBe(others + 1);
    await another.close();
    expect(process.listenerCount('SIGHUP')).toBe(others);
  });
});
