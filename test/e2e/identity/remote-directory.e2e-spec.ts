import { afterEach, describe, expect, it, vi } from 'vitest';
import { Overloaded } from '../../../src/protocol/overloaded.js';
import { Throttled } from '../../../src/protocol/throttled.js';
import { FROM, SECRET, aClient, closeAll, ownerOf, reasonsOf, signIn } from './directory-client.js';
import { ALICE, answering, describing, refusing } from './scripted-directory.js';

afterEach(closeAll);

describe('a directory elsewhere', () => {
  it('is asked with the internal secret, and told where the sign-in comes from', async () => {
    const { directory, people } = await aClient();
    await signIn(people, 'alice', 'tractor yellow moonlight');
    await people.describe(ALICE.sub);
    expect(directory.calls).toMatchObject([
      {
        method: 'POST',
        path: '/auth',
        headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
        body: {
          username: 'alice',
          password: 'tractor yellow moonlight',
          client_id: 'first-client',
          ip: '192.0.2.7',
          user_agent: 'Browser/1.0',
        },
      },
      { method: 'GET', path: '/auth/users/user%3A4711', headers: { authorization: `Bearer ${SECRET}` } },
    ]);
    expect(Object.keys(directory.calls[0]!.body)).toHaveLength(5);
  });

  it('says who signed in, and who someone is today', async () => {
    const { people } = await aClient();
    const { auth_time, amr, ...person } = ownerOf(await signIn(people));
    expect(person).toEqual(ALICE);
    expect({ amr, age: Math.abs(auth_time - Date.now() / 1000) < 5 }).toEqual({ amr: ['pwd'], age: true });
    expect(await people.describe(ALICE.sub)).toEqual(ALICE);
  });

  it('may refuse a sign-in, and not know a person', async () => {
    const { directory, people, logs } = await aClient(refusing);
    expect(await signIn(people)).toEqual({ outcome: 'refused', reason: 'refused_by_directory' });
    directory.does(answering(404, { error: 'unknown_person' }));
    expect(await people.describe(ALICE.sub)).toBeUndefined();
    expect(reasonsOf(logs)).toEqual([]);
  });

  it.each(['first-client', '', '..', '4711', 'x y', 'é', `user:${'x'.repeat(251)}`])(
    'is not asked about a subject that is no person’s: %j',
    async (sub) => {
      const { directory, people } = await aClient();
      expect(await people.describe(sub)).toBeUndefined();
      expect(directory.calls).toEqual([]);
    },
  );

  it.each(['a/../b', 'a?b', 'a#b', '%2e%2e/x', '../../admin:x'])(
    'is asked about a subject by one path segment: %j',
    async (sub) => {
      const { directory, people } = await aClient(describing({ ...ALICE, sub }));
      expect(await people.describe(sub)).toMatchObject({ sub });
      expect(directory.calls.map(({ path }) => path)).toEqual([`/auth/users/${encodeURIComponent(sub)}`]);
    },
  );

  it('is not troubled with what nobody can have for a username or a password', async () => {
    const { directory, people } = await aClient();
    const tooLong = { outcome: 'refused', reason: 'credentials_too_long' };
    expect(await signIn(people, 'a'.repeat(513))).toEqual(tooLong);
    expect(await signIn(people, 'alice', 'p'.repeat(4097))).toEqual(tooLong);
    expect(directory.calls).toEqual([]);
    const longest = '\u{1F511}'.repeat(4096);
    expect(ownerOf(await signIn(people, 'a'.repeat(512), longest))).toMatchObject({ sub: ALICE.sub });
    expect(directory.calls[0]!.body).toMatchObject({ password: longest });
  });

  it('is asked over connections that are kept, and let go when the process stops', async () => {
    const { directory, people } = await aClient();
    for (let time = 0; time < 20; time += 1) await people.describe(ALICE.sub);
    const kept = await directory.connections();
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(5);
    await people.onApplicationShutdown();
    await vi.waitFor(async () => expect(await directory.connections()).toBe(0));
  });

  it('is told that the client named no user agent', async () => {
    const { directory, people } = await aClient();
    await people.authenticate({ username: 'alice', password: 'x' }, { ...FROM, userAgent: null });
    expect(directory.calls[0]!.body).toMatchObject({ ip: FROM.ip, user_agent: null });
  });

  it('logs the request whose sign-in it failed', async () => {
    const { people, logs } = await aClient(answering(500, {}));
    await expect(signIn(people)).rejects.toThrow(Overloaded);
    expect(logs.map((line) => JSON.parse(line))).toMatchObject([
      { operation: 'authenticate', request_id: FROM.requestId },
    ]);
  });
});

describe('a directory that limits its callers', () => {
  const inTenSeconds = () => new Date(Date.now() + 10_000).toUTCString();

  it.each<[string, () => Record<string, string>, number, number]>([
    ['in seconds', () => ({ 'Retry-After': '7' }), 7, 7],
    ['by a date', () => ({ 'Retry-After': inTenSeconds() }), 9, 11],
    ['for longer than an hour', () => ({ 'Retry-After': '86400' }), 3600, 3600],
    ['not at all', () => ({}), 5, 5],
    ['in a way that nobody can read', () => ({ 'Retry-After': 'soon' }), 5, 5],
  ])('passes on for how long: %s', async (_, headers, least, most) => {
    const { directory, people } = await aClient();
    for (const [status, error] of [
      [429, Throttled],
      [503, Overloaded],
    ] as const) {
      directory.does(answering(status, {}, headers()));
      for (const asked of [signIn(people), people.describe(ALICE.sub)]) {
        const thrown = await asked.catch((reason: unknown) => reason);
        expect(thrown).toBeInstanceOf(error);
        expect((thrown as Overloaded).retryAfter).toBeGreaterThanOrEqual(least);
        expect((thrown as Overloaded).retryAfter).toBeLessThanOrEqual(most);
      }
    }
  });
});
