import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Disconnected } from '../../../protocol/disconnected.js';
import { DirectoryFailure, NoResponse, NoConnection } from './directory-failure.js';
import { RequestQueue } from './request-queue.js';

// The clock of the rest alone; deadlines are real.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const REST_MS = 3_000;
const CIRCUIT_OPEN = {
  reason: 'it failed repeatedly: no requests are sent to it for a while',
  retryAfter: 3,
};

const rest = (): unknown => vi.advanceTimersByTime(REST_MS);

function aLane(
  lane = { maxInFlight: 64, maxWaiting: 0, deadlineMs: 5_000 },
  failuresInARow = 3,
): RequestQueue {
  return new RequestQueue(lane, { failuresInARow, openMs: REST_MS });
}

interface Pending {
  /** What the asker is told. */
  outcome: Promise<unknown>;
  answer(): Promise<unknown>;
  fail(error: Error): Promise<unknown>;
}

/** A request that ends as a test says, whatever its signal does. */
function begin(lane: RequestQueue): Pending {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const outcome = lane.run(async () => promise).catch((error: unknown) => error);
  return {
    outcome,
    async answer() {
      resolve('answer');
      return outcome;
    },
    async fail(error) {
      reject(error);
      return outcome;
    },
  };
}

const late = (): Error => new NoResponse('it took too long');

/** Asks for something that neither speaks for the directory nor against it. */
async function isShut(lane: RequestQueue): Promise<boolean> {
  let wasAsked = false;
  const request = async (): Promise<never> => {
    wasAsked = true;
    throw new DirectoryFailure('its response is too large');
  };
  await lane.run(request).catch(() => undefined);
  return !wasAsked;
}

async function shut(lane: RequestQueue): Promise<void> {
  for (let nth = 0; nth < 3; nth += 1) await begin(lane).fail(late());
  expect(await isShut(lane)).toBe(true);
}

describe('a lane', () => {
  it('is shut by requests that fail one after the other, and says so', async () => {
    const lane = aLane();
    const changes: boolean[] = [];
    lane.onChange((isOpen) => void changes.push(isOpen));
    await shut(lane);
    await expect(begin(lane).outcome).resolves.toMatchObject(CIRCUIT_OPEN);
    rest();
    expect(await begin(lane).answer()).toBe('answer');
    expect(changes).toEqual([true, false]);
  });

  it('counts requests side by side that fail together as one', async () => {
    const lane = aLane();
    for (let burst = 0; burst < 2; burst += 1) {
      const requests = Array.from({ length: 20 }, () => begin(lane));
      const failure = late();
      for (const request of requests) expect(await request.fail(failure)).toBe(failure);
      expect(await isShut(lane)).toBe(false);
    }
    await begin(lane).fail(late());
    expect(await isShut(lane)).toBe(true);
  });

  it('does not count a request that waited in line while the failure before it became known', async () => {
    const lane = aLane({ maxInFlight: 1, maxWaiting: 9, deadlineMs: 5_000 });
    const inLine = Array.from({ length: 10 }, () => begin(lane));
    for (const request of inLine) await request.fail(late());
    expect(await isShut(lane)).toBe(false);
  });

  it('counts each that found no connection', async () => {
    const lane = aLane();
    const requests = Array.from({ length: 3 }, () => begin(lane));
    for (const request of requests) await request.fail(new NoConnection('ECONNREFUSED'));
    expect(await isShut(lane)).toBe(true);
  });

  it('is not shut by a slow request while others are answered', async () => {
    const lane = aLane(undefined, 1);
    const slow = begin(lane);
    await begin(lane).answer();
    await slow.fail(late());
    expect(await isShut(lane)).toBe(false);
    await begin(lane).fail(late());
    expect(await isShut(lane)).toBe(true);
  });
});

describe('while one request tries again', () => {
  it('the others go on when it is answered', async () => {
    const lane = aLane();
    await shut(lane);
    rest();
    const trial = begin(lane);
    const others = Array.from({ length: 5 }, () => begin(lane));
    others.forEach((other) => void other.answer());
    await trial.answer();
    expect(await Promise.all(others.map(({ outcome }) => outcome))).toEqual(Array(5).fill('answer'));
  });

  it('the others are turned away when it fails, whatever else is answered meanwhile', async () => {
    const lane = aLane();
    const before = begin(lane);
    await shut(lane);
    rest();
    const trial = begin(lane);
    const other = begin(lane);
    await before.answer();
    await trial.fail(late());
    expect(await other.outcome).toMatchObject(CIRCUIT_OPEN);
  });

  it('the others wait no longer than their own deadline', async () => {
    const lane = aLane({ maxInFlight: 64, maxWaiting: 0, deadlineMs: 200 });
    await shut(lane);
    rest();
    const trial = begin(lane);
    expect(await begin(lane).outcome).toMatchObject(CIRCUIT_OPEN);
    expect(await trial.answer()).toBe('answer');
    expect(await isShut(lane)).toBe(false);
  });
});

describe('a request whose caller disconnects', () => {
  const gone = new Disconnected();

  it('leaves the line at once, and its place to the next', async () => {
    const lane = aLane({ maxInFlight: 1, maxWaiting: 1, deadlineMs: 5_000 });
    const running = begin(lane);
    const caller = new AbortController();
    const ask = vi.fn<() => Promise<string>>(async () => 'answer');
    const waiting = lane.run(ask, caller.signal).catch((error: unknown) => error);
    caller.abort(gone);
    expect(await waiting).toBe(gone);
    const next = begin(lane);
    void next.answer();
    await running.answer();
    expect(await next.outcome).toBe('answer');
    expect(ask).not.toHaveBeenCalled();
  });

  it('is given up while it is under way, and says nothing about the directory', async () => {
    const lane = aLane(undefined, 1);
    const caller = new AbortController();
    const underWay = lane.run(
      (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      caller.signal,
    );
    caller.abort(gone);
    await expect(underWay).rejects.toBe(gone);
    expect(await isShut(lane)).toBe(false);
  });
});
