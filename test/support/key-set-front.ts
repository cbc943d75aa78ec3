import { type ServerResponse, createServer } from 'node:http';
import { once } from 'node:events';

/** What stands between an API and the gateway whose keys it asks for. */
export interface KeySetFront {
  origin: string;
  /** How often the keys were asked for. */
  fetched: number;
  /** Questions that wait for an answer. */
  readonly waiting: number;
  /** How it answers from now on. */
  behave(behaviour: 'pass on' | 'hold' | 'break'): void;
  /** Answers with this key set in place of the gateway's; undefined for the gateway's own again. */
  publish(keys: readonly object[] | undefined): void;
  close(): Promise<void>;
}

/** @param gateway origin of the gateway, which need not run yet */
export async function startKeySetFront(gateway: string): Promise<KeySetFront> {
  let behaviour: Parameters<KeySetFront['behave']>[0] = 'pass on';
  let published: readonly object[] | undefined;
  const held = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    front.fetched += 1;
    if (behaviour === 'break') request.socket.destroy();
    else if (behaviour === 'hold') held.add(response);
    else void answer(response);
  });

  async function answer(response: ServerResponse): Promise<void> {
    try {
      const { headers, text } = await keySetOf(gateway);
      response.setHeader('Cache-Control', headers.get('Cache-Control') ?? '');
      response.end(published === undefined ? text : JSON.stringify({ keys: published }));
    } catch {
      response.destroy();
    }
  }

  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const front: KeySetFront = {
    origin: `http://127.0.0.1:${port}`,
    fetched: 0,
    get waiting() {
      return held.size;
    },
    behave(next) {
      behaviour = next;
      if (next === 'hold') return;
      for (const response of held) void (next === 'break' ? response.destroy() : answer(response));
      held.clear();
    },
    publish: (keys) => void (published = keys),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}

async function keySetOf(gateway: string): Promise<{ headers: Headers; text: string }> {
  const response = await fetch(`${gateway}/.well-known/jwks.json`);
  if (!response.ok) throw new Error(`The gateway answered ${response.status}.`);
  return { headers: response.headers, text: await response.text() };
}
