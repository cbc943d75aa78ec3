import { once } from 'node:events';
import {
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
  request as requestOf,
} from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  type Front,
  FOR_EVER,
  aRouteTo,
  closedAfterEach,
  startFront,
  until,
} from '../../../../test/support/gateway-front.js';
import {
  type RecordingUpstream,
  startRecordingUpstream,
} from '../../../../test/support/upstream-recorder.js';
import { InvalidToken } from '../../../protocol/bearer-error.js';
import { ProblemError } from '../../../protocol/problem.js';
import { MAX_DECISION_AGE_MS } from '../../access/index.js';
import type { RevalidationTerms } from './revalidation.js';

const CHECK_MS = 50;

const toBeClosed = closedAfterEach();

/** Sends an event at once, and never ends by itself. */
const stream: RequestListener = (request, response) => {
  request.resume();
  response.setHeader('Content-Type', 'text/event-stream').write('data: 1\n\n');
};

async function started(
  answer: RequestListener,
  terms: Partial<RevalidationTerms>,
): Promise<{ front: Front; upstream: RecordingUpstream }> {
  const upstream = toBeClosed(await startRecordingUpstream(answer));
  const front = toBeClosed(
    await startFront(aRouteTo([upstream]), { terms: { ...FOR_EVER, checkMs: CHECK_MS, ...terms } }),
  );
  return { front, upstream };
}

/** What came of a response, and whether it was broken off. */
async function received(response: IncomingMessage): Promise<{ text: string; isWhole: boolean }> {
  let text = '';
  response.on('data', (chunk) => (text += String(chunk)));
  response.on('error', () => undefined);
  await new Promise((resolve) => response.once('close', resolve));
  return { text, isWhole: response.complete };
}

async function get(front: Front): Promise<IncomingMessage> {
  const [response] = (await once(requestOf(front.origin).end(), 'response')) as [IncomingMessage];
  return response;
}

describe('a response under way', () => {
  it('is broken off when the token expires, and the connection to the upstream with it', async () => {
    const { front, upstream } = await started(stream, { expiresAt: Date.now() + 200 });
    expect(await received(await get(front))).toEqual({ text: 'data: 1\n\n', isWhole: false });
    await until(() => upstream.connections.size === 0 && front.underWay === 0);
  });

  it('is broken off when the decision is another by now, and the log says why', async () => {
    const refusals = [undefined, new InvalidToken('its grant has ended')];
    const { front } = await started(stream, { refusalNow: async () => refusals.shift() });
    expect(await received(await get(front))).toMatchObject({ isWhole: false });
    expect(front.logs).toContainEqual(
      expect.objectContaining({
        ...{ msg: 'a request under way was ended', reason: 'its grant has ended' },
        ...{ request_id: 'request-1', level: 30 },
      }),
    );
  });

  it('goes on while that cannot be known, but not for long', async () => {
    let asked = 0;
    const { front } = await started(stream, {
      refusalNow: async () => {
        asked += 1;
        throw new Error('database away');
      },
    });
    expect(await received(await get(front))).toMatchObject({ isWhole: false });
    expect(asked).toBe(6);
  });

  it('goes on while the question gets no response, but not for long', async () => {
    const { front } = await started(stream, { refusalNow: () => new Promise(() => undefined) });
    expect(await received(await get(front))).toMatchObject({ isWhole: false });
  });

  it('is reset for HTTP/1.0, where the end of the connection is that of the body', async () => {
    const { front } = await started(stream, { expiresAt: Date.now() + 200 });
    const socket = connect(front.port, '127.0.0.1');
    socket.write('GET / HTTP/1.0\r\n\r\n');
    socket.resume();
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });

  it('goes on for as long as nothing speaks against it', async () => {
    let asked = 0;
    const { front } = await started(stream, { refusalNow: async () => void (asked += 1) });
    const response = await get(front);
    await until(() => asked > 8);
    expect([response.closed, response.complete]).toEqual([false, false]);
    response.destroy();
    await until(() => front.underWay === 0);
    const before = asked;
    await new Promise((resolve) => setTimeout(resolve, 3 * CHECK_MS));
    expect(asked).toBe(before);
  });

  it('is not checked when it is over sooner, even if the token expires meanwhile', async () => {
    let asked = 0;
    const short: RequestListener = (_, response) => void setTimeout(() => response.end('whole'), 100);
    const { front } = await started(short, {
      ...{ expiresAt: Date.now() + 20, checkMs: 1_000, refusalNow: async () => void (asked += 1) },
    });
    expect(await received(await get(front))).toEqual({ text: 'whole', isWhole: true });
    expect(asked).toBe(0);
  });
});

describe('a request under way', () => {
  it('that is still being sent is refused, and the upstream does not take it for whole', async () => {
    const { front, upstream } = await started((request) => void request.resume(), {
      expiresAt: Date.now() + 200,
    });
    const upload = requestOf(front.origin, { method: 'POST' });
    upload.on('error', () => undefined);
    const drops = setInterval(() => upload.write('.'), 10);
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    clearInterval(drops);
    expect(response.statusCode).toBe(401);
    await until(() => upstream.requests[0]?.isBrokenOff === true);
    expect(upstream.requests[0]).toMatchObject({ isWhole: false });
    upload.destroy();
  });

  /** Sends all of a body but its end, then `end` after longer than a decision holds. */
  async function held(
    front: Front,
    framing: Record<string, string>,
    end: (upload: ClientRequest) => void,
  ): Promise<IncomingMessage> {
    const upload = requestOf(front.origin, { method: 'POST', headers: framing });
    upload.on('error', () => undefined);
    upload.write('{"roles":');
    setTimeout(() => end(upload), 2 * MAX_DECISION_AGE_MS);
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    return response;
  }

  const FRAMINGS: [string, Record<string, string>][] = [
    ['a body of known length', { 'Content-Length': '12' }],
    ['a chunked body', { 'Transfer-Encoding': 'chunked' }],
  ];

  it.each(FRAMINGS)(
    'with %s that was held back is not completed once its session has ended',
    async (_, framing) => {
      const { front, upstream } = await started(
        (request, response) => void request.resume().on('end', () => response.end()),
        {
          ...{ checkMs: 60_000, refusalNow: async () => new InvalidToken('its grant has ended') },
        },
      );
      const response = await held(front, framing, (upload) => upload.end('[]}'));
      expect(response.statusCode).toBe(401);
      await until(() => upstream.requests[0]?.isBrokenOff === true);
      expect(upstream.requests[0]).toMatchObject({ isWhole: false });
    },
  );

  it.each(FRAMINGS)(
    'with %s that was held back is completed when it would be admitted again',
    async (_, framing) => {
      let asked = 0;
      const { front, upstream } = await started(
        (request, response) => void request.resume().on('end', () => response.end()),
        {
          ...{ checkMs: 60_000, refusalNow: async () => void (asked += 1) },
        },
      );
      const response = await held(front, framing, (upload) => upload.end('[]}'));
      expect([response.statusCode, asked]).toEqual([200, 1]);
      expect(upstream.requests[0]).toMatchObject({ isWhole: true });
    },
  );

  it('that was held back is completed as soon as the decision is possible again', async () => {
    let asked = 0;
    const { front } = await started(
      (request, response) => void request.resume().on('end', () => response.end()),
      {
        refusalNow: async () => {
          asked += 1;
          if (asked < 3) throw new Error('database away');
          return undefined;
        },
      },
    );
    const response = await held(front, { 'Content-Length': '12' }, (upload) => upload.end('[]}'));
    expect(response.statusCode).toBe(200);
  });

  const slow: RequestListener = (request, response) => {
    request.resume();
    setTimeout(() => response.end('whole'), 400);
  };

  it('that was sent whole gets its response though the token has expired: it may have been carried out', async () => {
    const { front } = await started(slow, { expiresAt: Date.now() + 100 });
    expect(await received(await get(front))).toEqual({ text: 'whole', isWhole: true });
  });

  it('that was sent whole is refused when its session or route has ended', async () => {
    const ends = [new InvalidToken(), new ProblemError(404, 'There is nothing at this path.')];
    for (const end of ends) {
      const { front } = await started(slow, { refusalNow: async () => end });
      expect((await get(front)).statusCode).toBe(end.status);
    }
  });
});
