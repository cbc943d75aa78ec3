import { type UpstreamServer, startRawUpstream } from '../../support/upstream-server.js';

/** An application that takes every upgrade that it is asked for, to whatever protocol. */
export interface UpgradingApplication extends UpstreamServer {
  /** Every byte that came. */
  readonly wire: string;
  forget(): void;
}

/** The nonce of RFC 6455 §1.3, and the answer to it. */
export const WEBSOCKET_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const WEBSOCKET_ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** What it answers, before it hangs up, to the first bytes behind an upgrade. */
export const ECHO = 'It has reached the application: ';

export async function startUpgradingApplication(): Promise<UpgradingApplication> {
  let wire = '';
  const upstream = await startRawUpstream((socket) => {
    let head = '';
    let isUpgraded = false;
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      wire += text;
      if (isUpgraded) return void socket.end(ECHO + text);
      head += text;
      if (!head.includes('\r\n\r\n')) return;
      const protocol = /^upgrade: *(.*?) *\r$/im.exec(head)?.[1];
      isUpgraded = protocol !== undefined;
      head = '';
      socket.write(protocol === undefined ? ORDINARY : switchingTo(protocol), 'latin1');
    });
  });
  return Object.defineProperty(Object.assign(upstream, { forget: () => (wire = '') }), 'wire', {
    get: () => wire,
  }) as unknown as UpgradingApplication;
}

const ORDINARY = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nordinary';

function switchingTo(protocol: string): string {
  const fields = ['Connection: Upgrade', `Upgrade: ${protocol}`, `Sec-WebSocket-Accept: ${WEBSOCKET_ACCEPT}`];
  return `HTTP/1.1 101 Switching Protocols\r\n${fields.join('\r\n')}\r\n\r\n`;
}
