import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';

/** What a directory was asked. */
export interface Call {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** Its JSON body; undefined without one. */
  body: any;
}

/** How a directory answers; it may as well not answer, or break the connection. */
export type Script = (response: ServerResponse, call: Call) => void;

/** A directory of people that does as a test says, and remembers what it was asked. */
export interface ScriptedDirectory {
  url: string;
  calls: Call[];
  /** The most requests that it had in its hands at once. */
  readonly mostAtOnce: number;
  does(script: Script): void;
  /** How many connections it has. */
  connections(): Promise<number>;
  /** Breaks every connection and refuses new ones, as a process that is gone. */
  close(): Promise<void>;
  /** Listens again where it did. */
  reopen(): Promise<void>;
}

/** A person as a directory may describe one; `sub` is of the directory's own kind. */
export const ALICE = {
  sub: 'user:4711',
  username: 'alice',
  name: 'Alice Example',
  email: 'alice@example.com',
  email_verified: true,
  roles: ['clerk'],
  attributes: { department: 'Freight' },
  updated_at: 1_763_769_600,
  credentials_version: '7',
};

export async function aDirectory(script: Script = describing()): Promise<ScriptedDirectory> {
  let current = script;
  let now = 0;
  let most = 0;
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    let text = '';
    most = Math.max(most, (now += 1));
    response.once('close', () => (now -= 1));
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const call = { method: request.method!, path: request.url!, headers: request.headers, body };
      calls.push(call);
      current(response, call);
    });
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    get mostAtOnce() {
      return most;
    },
    does: (next) => void (current = next),
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    reopen: () => listen(port),
  };
}

/** Answers with this status, JSON and headers. */
export function answering(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return (response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(text);
  };
}

/** Signs everybody in as this person, and describes nobody else. */
export function describing(person: object = ALICE): Script {
  return (response, { method }) => {
    const signedIn = { ...person, auth_time: Math.floor(Date.now() / 1000), amr: ['pwd'] };
    answering(200, method === 'POST' ? signedIn : person)(response, undefined as never);
  };
}

export const refusing = answering(401, { error: 'invalid_credentials' });

/** Takes the request, and never answers. */
export const hanging: Script = () => undefined;

/** Breaks the connection instead of answering. */
export const resetting: Script = ({ socket }) => void socket?.resetAndDestroy();
