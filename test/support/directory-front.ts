import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer, request as send } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What stands between a gateway and its directory. */
export interface DirectoryFront {
  origin: string;
  /** What becomes of the question about a user, `GET /auth/users/{sub}`; a number delays it. Milliseconds. */
  descriptions: 'answered' | 'refused' | number;
  /** What becomes of a request that changes something: carried out but not answered, or carried out later. Milliseconds. */
  changes: 'answered' | 'lost' | number;
  /** Method and path of every request that came whole, and of every one that the directory has carried out. */
  received: string[];
  carriedOut: string[];
  close(): Promise<void>;
}

/** @param directory its origin; it need not run yet */
export async function startDirectoryFront(directory: string): Promise<DirectoryFront> {
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isDescription = request.url!.startsWith('/auth/users/');
    if (isDescription && front.descriptions === 'refused') return void response.writeHead(503).end();
    if (isDescription && typeof front.descriptions === 'number') await sleep(front.descriptions);
    const { method, url, rawHeaders } = request;
    // Whatever becomes of the caller meanwhile: the directory carries out what it was sent.
    const chunks: Buffer[] = await request.toArray();
    front.received.push(`${method} ${url}`);
    const isChange = !isDescription && url !== '/auth' && method !== 'GET';
    if (isChange && typeof front.changes === 'number') await sleep(front.changes);
    const upstream = send(`${directory}${url}`, { method: method!, headers: rawHeaders });
    upstream.end(Buffer.concat(chunks));
    const [answered] = (await once(upstream, 'response')) as [IncomingMessage];
    const body = Buffer.concat(await answered.toArray());
    front.carriedOut.push(`${method} ${url}`);
    if (isChange && front.changes === 'lost') return void request.socket.destroy();
    response.writeHead(answered.statusCode!, answered.rawHeaders).end(body);
  }

  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const front: DirectoryFront = {
    origin: `http://127.0.0.1:${port}`,
    descriptions: 'answered',
    changes: 'answered',
    received: [],
    carriedOut: [],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}
