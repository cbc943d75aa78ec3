import { type AddressInfo, type Socket, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RemoteDirectory } from '../../../src/modules/directory/index.js';
import type { DirectoryLimits } from '../../../src/modules/directory/remote/directory-limits.js';
import { type Answer, bearer, refresh, signIn as requestTokens } from '../../support/http.js';
import { aConfidentialClient } from '../../support/mothers.js';
import { type TestServer, startOne } from '../../support/server.js';
import { expectTokens } from '../../support/token-endpoint.js';
import {
  SECRET,
  SHORT,
  aClient,
  clientOf,
  closeAll,
  closing,
  messagesOf,
  reasonsOf,
  signIn,
} from './directory-client.js';
import {
  ALICE,
  type Script,
  type ScriptedDirectory,
  aDirectory,
  describing,
  hanging,
  resetting,
} from './scripted-directory.js';

afterEach(closeAll);

const CIRCUIT_OPEN = 'it failed repeatedly: no requests are sent to it for a while';

/** Room for a storm, and little patience. */
const WIDE: DirectoryLimits = {
  ...SHORT,
  authenticate: { maxInFlight: 40, maxWaiting: 0, deadlineMs: 300 },
  describe: { maxInFlight: 40, maxWaiting: 0, deadlineMs: 2_000 },
  failuresInARow: 3,
  openMs: 2_000,
};

/** Takes longer over a password than anyone waits, and describes people at once. */
const slowAtPasswords: Script = (response, call) => {
  if (call.method === 'GET') describing()(response, call);
};

/** How many of these went well. */
async function answeredOf(requests: Promise<unknown>[]): Promise<number> {
  const outcomes = await Promise.allSettled(requests);
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

const sideBySide = <T>(count: number, ask: () => Promise<T>): Promise<T>[] =>
  Array.from({ length: count }, () => ask());

describe('a directory that is slow at passwords', () => {
  it('describes people throughout a storm of sign-ins', async () => {
    const { directory, people, logs } = await aClient(slowAtPasswords, { ...WIDE, openMs: 200 });
    const isShut = (): boolean =>
      messagesOf(logs).includes('the directory failed repeatedly: no requests are sent to it for a while');
    const attempts = (): number => directory.calls.filter(({ method }) => method === 'POST').length;
    let attemptsBefore: number | undefined;
    // Until a sign-in has tried in vain, twice, whether all is well again.
    const isOver = (): boolean => {
      if (isShut()) attemptsBefore ??= attempts();
      return attemptsBefore !== undefined && attempts() >= attemptsBefore + 2;
    };
    const storm = sideBySide(20, async () => {
      while (!isOver()) {
        await signIn(people).catch(() => undefined);
        // An open circuit refuses at once.
        await sleep(10);
      }
    });
    while (!isOver()) {
      expect(await people.describe(ALICE.sub)).toEqual(ALICE);
      await sleep(20);
    }
    await Promise.all(storm);
  });

  it('describes people while one sign-in tries whether it is well again', async () => {
    const limits = { ...WIDE, authenticate: { ...WIDE.authenticate, deadlineMs: 8_000 }, openMs: 1_000 };
    const { directory, people, logs } = await aClient(resetting, limits);
    for (let attempt = 0; attempt <= limits.failuresInARow; attempt += 1) {
      await signIn(people).catch(() => undefined);
    }
    expect(reasonsOf(logs).at(-1)).toBe(CIRCUIT_OPEN);

    directory.does(slowAtPasswords);
    directory.calls.length = 0;
    await sleep(limits.openMs + 50);
    const trial = answeredOf([signIn(people)]);
    await vi.waitFor(() => expect(directory.calls).toHaveLength(1), 4_000);
    const began = performance.now();
    expect(await people.describe(ALICE.sub)).toEqual(ALICE);
    expect(performance.now() - began).toBeLessThan(limits.describe.deadlineMs);
    await people.onApplicationShutdown();
    expect(await trial).toBe(0);
  });
});

describe('requests that wait for a directory side by side', () => {
  it.each<[string, (people: RemoteDirectory) => Promise<unknown>]>([
    ['sign-ins', async (people) => signIn(people)],
    ['look-ups', async (people) => people.describe(ALICE.sub)],
  ])('count once when their time runs out together: %s', async (_, ask) => {
    const limits = { ...WIDE, describe: WIDE.authenticate };
    const { people, logs } = await aClient(hanging, limits);
    for (let burst = 1; burst <= limits.failuresInARow; burst += 1) {
      expect(await answeredOf(sideBySide(20, () => ask(people)))).toBe(0);
      expect(reasonsOf(logs)).not.toContain(CIRCUIT_OPEN);
    }
    await expect(ask(people)).rejects.toThrow();
    expect(reasonsOf(logs).at(-1)).toBe(CIRCUIT_OPEN);
  });

  it('count each when they find no connection', async () => {
    const sockets: Socket[] = [];
    // A port that takes connections, and whose TLS never begins.
    const silent = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closing({
      async close() {
        sockets.forEach((socket) => socket.destroy());
        await new Promise((resolve) => silent.close(resolve));
      },
    });
    const { port } = silent.address() as AddressInfo;
    const limits = { ...WIDE, describe: { ...WIDE.describe, deadlineMs: 5_000 }, connectMs: 100 };
    const { people, logs } = clientOf(`https://127.0.0.1:${port}`, limits);
    expect(await answeredOf(sideBySide(5, () => people.describe(ALICE.sub)))).toBe(0);
    expect(reasonsOf(logs)).toEqual(Array(5).fill('there was no response: UND_ERR_CONNECT_TIMEOUT'));
    await expect(people.describe(ALICE.sub)).rejects.toThrow();
    expect(reasonsOf(logs).at(-1)).toBe(CIRCUIT_OPEN);
  });
});

describe('a session whose directory is slow at passwords', () => {
  let directory: ScriptedDirectory;
  let server: TestServer;

  beforeAll(async () => {
    directory = await aDirectory();
    server = await startOne({
      environment: { ROLES: 'oauth', IDENTITY_URL: directory.url, INTERNAL_SECRET: SECRET },
    });
  });

  afterAll(async () => {
    await server?.close();
    await directory?.close();
  });

  it('goes on while sign-ins hang, and after their time ran out', async () => {
    const client = await aConfidentialClient(server);
    const enter = async (): Promise<Answer> =>
      requestTokens(server, client, { username: 'alice', password: 'tractor yellow moonlight' });
    let { json: tokens } = await enter();
    const goesOn = async (): Promise<void> => {
      const refreshed = await refresh(server, client, tokens.refresh_token);
      expectTokens(refreshed);
      tokens = refreshed.json;
      expect((await bearer(server, tokens.access_token, '/userinfo')).status).toBe(200);
    };

    directory.does(slowAtPasswords);
    directory.calls.length = 0;
    const storm = Promise.all(sideBySide(20, enter));
    await vi.waitFor(() => expect(directory.calls).toHaveLength(20), 10_000);
    await goesOn();
    expect((await storm).map(({ status }) => status)).toEqual(Array(20).fill(503));
    await goesOn();
  });
});
