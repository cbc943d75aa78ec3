import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { closedAfterEach } from '../../../../test/support/gateway-front.js';
import { raw } from '../../../../test/support/raw.js';
import { ClientAnswer } from './client-answer.js';

const toBeClosed = closedAfterEach();

/** Runs on the server’s side of one request. @returns what the function says */
async function withAnswer<T>(
  use: (answer: ClientAnswer, timeoutNow: () => number | undefined) => T,
): Promise<T> {
  const used = Promise.withResolvers<T>();
  const server = createServer((request, response) => {
    request.socket.setTimeout(12_345);
    used.resolve(use(new ClientAnswer(request, response), () => request.socket.timeout));
    if (!response.writableEnded) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  toBeClosed({ close: async () => new Promise((resolve) => server.close(() => resolve())) });
  const { port } = server.address() as { port: number };
  await raw({ port }, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  return used.promise;
}

describe('the socket under an answer', () => {
  it('has no timeout of its own while an upstream is asked', async () => {
    expect(await withAnswer((_, timeoutNow) => timeoutNow())).toBe(0);
  });

  it('has it again when somebody else is to answer', async () => {
    const timeout = await withAnswer((answer, timeoutNow) => {
      answer.release();
      return timeoutNow();
    });
    expect(timeout).toBe(12_345);
  });

  it('has it again when the last of the answer is written, which a client may not read', async () => {
    const timeout = await withAnswer((answer, timeoutNow) => {
      answer.end();
      return timeoutNow();
    });
    expect(timeout).toBe(12_345);
  });
});
