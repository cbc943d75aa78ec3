import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { type UpstreamServer, startUpstream } from './upstream-server.js';

/** A request as an upstream met it. */
export interface RecordedRequest {
  /** `GET /orders?a=1`: method and target, byte by byte. */
  line: string;
  rawHeaders: string[];
  /** What has come of it. */
  body: string;
  /** Whether the body came to its end. */
  isWhole: boolean;
  /** Whether its connection ended before it did. */
  isBrokenOff: boolean;
}

/** An upstream that notes all it is sent. */
export interface RecordingUpstream extends UpstreamServer {
  /** In the order of their headers. */
  requests: RecordedRequest[];
  /** Every byte that came, over whatever connection: what Node's parser makes no request of is here too. */
  readonly wire: string;
  /** Forgets what came so far. */
  forget(): void;
}

/**
 * @param answer 200 with a short body once the request is whole, unless said otherwise
 * @param port an earlier one's, to come back in its place
 */
export async function startRecordingUpstream(
  answer: RequestListener = answerWhole,
  port = 0,
): Promise<RecordingUpstream> {
  let wire = '';
  const requests: RecordedRequest[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 });
  server.on('connection', (socket) => socket.on('data', (bytes) => (wire += bytes.toString('latin1'))));
  const upstream = await startUpstream(
    (request, response) => {
      requests.push(record(request));
      answer(request, response);
    },
    { server, port },
  );
  return Object.defineProperty(Object.assign(upstream, { requests, forget }), 'wire', {
    get: () => wire,
  }) as unknown as RecordingUpstream;

  function forget(): void {
    requests.length = 0;
    wire = '';
  }
}

/** The last request: what an answer was given to. */
export function lastOf({ requests }: RecordingUpstream): RecordedRequest {
  const last = requests.at(-1);
  if (last === undefined) throw new Error('The upstream was not asked.');
  return last;
}

/** Every value under a name, and under all that a CGI or WSGI server takes for it: `X_User_Id` is `X-User-Id` there. */
export function valuesAt({ rawHeaders }: RecordedRequest, name: string): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && asCgi(rawHeaders[at - 1]!) === asCgi(name));
}

function asCgi(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}

function record(request: IncomingMessage): RecordedRequest {
  const { method, url, rawHeaders } = request;
  const recorded = { line: `${method} ${url}`, rawHeaders, body: '', isWhole: false, isBrokenOff: false };
  request.on('data', (chunk: Buffer) => (recorded.body += chunk.toString('latin1')));
  request.on('end', () => (recorded.isWhole = true));
  request.on('close', () => (recorded.isBrokenOff = !request.complete));
  request.on('error', () => undefined);
  return recorded;
}

const answerWhole: RequestListener = (request, response) => {
  request.on('end', () => response.setHeader('Content-Type', 'text/plain').end('answered'));
};
