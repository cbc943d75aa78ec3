import { connect } from 'node:net';
import type { Answer } from './http.js';
import type { TestServer } from './server.js';

/** Sends bytes over a bare socket, which normalises nothing, and returns all that comes back until the peer closes. */
export async function raw(
  server: Pick<TestServer, 'port'>,
  request: string,
  { timeoutMs = 5_000 } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(request, 'latin1'));
    let answer = '';
    socket.setTimeout(timeoutMs, () => {
      socket.destroy();
      resolve(answer);
    });
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
  });
}

/** A POST as text, with `Connection: close` so that the answer ends. */
export function rawPost(path: string, headers: string[], body: string): string {
  const lines = [
    'Host: as',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body, 'latin1')}`,
    ...headers,
  ];
  return `POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** A request without a body as text, with `Connection: close` so that the answer ends. */
export function rawRequest(line: string, headers: string[] = ['Host: as']): string {
  return `${line} HTTP/1.1\r\n${['Connection: close', ...headers].join('\r\n')}\r\n\r\n`;
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

/** A raw answer read apart; its body is all that follows the header. */
export function answerOf(answer: string): Answer {
  const [head = '', ...body] = answer.split('\r\n\r\n');
  const fields = head.split('\r\n').slice(1);
  const headers = new Headers(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon), field.slice(colon + 1).trim()];
    }),
  );
  const text = Buffer.from(body.join('\r\n\r\n'), 'latin1').toString('utf8');
  const isJson = text !== '' && /json/.test(headers.get('Content-Type') ?? '');
  return { status: statusOf(answer), headers, text, json: isJson ? JSON.parse(text) : undefined };
}
