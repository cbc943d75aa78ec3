import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Overloaded } from '../../../src/protocol/overloaded.js';
import { freePort } from '../../support/server.js';
import {
  SHORT,
  aClient,
  clientOf,
  closeAll,
  messagesOf,
  ownerOf,
  reasonsOf,
  signIn,
} from './directory-client.js';
import { ALICE, type Script, answering, describing, hanging, resetting } from './scripted-directory.js';

afterEach(closeAll);

describe('a directory that is away', () => {
  it('is asked once about a password, and twice about a person', async () => {
    const { directory, people } = await aClient(resetting);
    await expect(signIn(people)).rejects.toThrow(Overloaded);
    expect(directory.calls.map(({ method }) => method)).toEqual(['POST']);
    await expect(people.describe(ALICE.sub)).rejects.toThrow(Overloaded);
    expect(directory.calls.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET']);
  });

  it('costs nobody a refresh when a kept connection had gone stale', async () => {
    const { directory, people } = await aClient();
    await people.describe(ALICE.sub);
    directory.does((response, call) => {
      directory.does(describing());
      resetting(response, call);
    });
    expect(await people.describe(ALICE.sub)).toEqual(ALICE);
  });

  it('costs a caller no more than the deadline', async () => {
    const { people } = await aClient(hanging);
    for (const [asked, deadline] of [
      [() => signIn(people), SHORT.authenticate.deadlineMs],
      [() => people.describe(ALICE.sub), SHORT.describe.deadlineMs],
    ] as const) {
      const began = performance.now();
      await expect(asked()).rejects.toThrow(Overloaded);
      expect(performance.now() - began).toBeGreaterThan(deadline - 50);
      expect(performance.now() - began).toBeLessThan(deadline + 400);
    }
  });

  it('is refused at once where nothing listens', async () => {
    const { people, logs } = clientOf(`http://127.0.0.1:${await freePort()}`);
    await expect(signIn(people)).rejects.toThrow(Overloaded);
    expect(reasonsOf(logs)).toEqual(['there was no response: ECONNREFUSED']);
  });

  it('is left alone after five failures in a row, and asked again a while later', async () => {
    const { directory, people, logs } = await aClient(resetting);
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await expect(signIn(people)).rejects.toThrow(Overloaded);
    }
    await expect(signIn(people)).rejects.toMatchObject({ retryAfter: 1 });
    expect(directory.calls).toHaveLength(5);
    expect(messagesOf(logs)).toContain(
      'the directory failed repeatedly: no requests are sent to it for a while',
    );

    directory.does(describing());
    await sleep(SHORT.openMs + 50);
    // Of those who ask at once, one tries; the others wait for how it goes, and go on.
    const signedIn = await Promise.all(Array.from({ length: 5 }, () => signIn(people)));
    expect(signedIn.map((outcome) => ownerOf(outcome).sub)).toEqual(Array(5).fill(ALICE.sub));
    expect(messagesOf(logs)).toContain('the directory responds again');
  });

  it('is left alone again when the one that tried fails', async () => {
    const { directory, people } = await aClient(resetting);
    for (let attempt = 0; attempt < 5; attempt += 1) await signIn(people).catch(() => undefined);
    await sleep(SHORT.openMs + 50);
    await Promise.allSettled([signIn(people), signIn(people), signIn(people)]);
    expect(directory.calls).toHaveLength(6);
  });

  it('is found again without a restart', async () => {
    const { directory, people } = await aClient();
    await signIn(people);
    await directory.close();
    await expect(signIn(people)).rejects.toThrow(Overloaded);
    await directory.reopen();
    expect(ownerOf(await signIn(people))).toMatchObject({ sub: ALICE.sub });
  });

  it('is not given up for answers, however wrong: one strange person must not lock out all others', async () => {
    const { directory, people } = await aClient(answering(500, {}));
    for (let attempt = 0; attempt < 20; attempt += 1) await signIn(people).catch(() => undefined);
    directory.does(describing({ ...ALICE, email: 7 }));
    for (let attempt = 0; attempt < 20; attempt += 1) await signIn(people).catch(() => undefined);
    expect(directory.calls).toHaveLength(40);
  });
});

describe('many requests at once', () => {
  /** Answers only when told to. */
  function holding(): { script: Script; release: () => void } {
    const held: (() => void)[] = [];
    return {
      script: (response, call) => void held.push(() => describing()(response, call)),
      release: () => held.splice(0).forEach((answer) => answer()),
    };
  }

  it('reach the directory few at a time, wait in a short line, and beyond it are turned away', async () => {
    const { script, release } = holding();
    const limits = { ...SHORT, authenticate: { ...SHORT.authenticate, deadlineMs: 5_000 } };
    const { directory, people, logs } = await aClient(script, limits);
    const asked = Array.from({ length: 8 }, () => signIn(people));
    const outcomes = Promise.allSettled(asked);
    await expect(asked[7]).rejects.toMatchObject({ retryAfter: 2 });
    await vi.waitFor(() => expect(directory.calls).toHaveLength(2));
    const letting = setInterval(release, 10);
    const statuses = (await outcomes).map(({ status }) => status);
    clearInterval(letting);
    expect(statuses.filter((status) => status === 'fulfilled')).toHaveLength(5);
    expect(reasonsOf(logs)).toEqual(Array(3).fill('too many requests wait for it'));
    expect(directory.mostAtOnce).toBe(2);
  });

  it('of one kind do not hold up the other: people who are signed in go on', async () => {
    const { directory, people } = await aClient((response, call) => {
      if (call.method === 'GET') describing()(response, call);
    });
    const stuck = Promise.allSettled(Array.from({ length: 5 }, () => signIn(people)));
    await vi.waitFor(() => expect(directory.calls).toHaveLength(2));
    expect(await people.describe(ALICE.sub)).toEqual(ALICE);
    await stuck;
  });

  it('do not wait longer in line than they would for an answer', async () => {
    const { people } = await aClient(hanging);
    const began = performance.now();
    await Promise.allSettled(Array.from({ length: 5 }, () => signIn(people)));
    expect(performance.now() - began).toBeLessThan(SHORT.authenticate.deadlineMs + 400);
  });
});
