import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type SecureContextOptions, connect as connectTls } from 'node:tls';
import { anAuthority } from '../../support/certificates.js';
import { freePort } from '../../support/free-port.js';
import type { Answer } from '../../support/http.js';
import { answerOf } from '../../support/raw.js';
import { withWebSockets } from './websocket-lines.js';

/** The name that deploy/ gives its site. */
const SITE = 'api.example';

/** Where a proxy of a test is told to ask and to forward. Ports of this machine. */
export interface Behind {
  grantway: number;
  application: number;
  /** Whether the lines of deploy/ are taken in that let WebSockets pass. */
  passesWebSockets?: boolean;
}

/** Another proxy, in a process of its own, as deploy/ configures it: only addresses and certificates are the test's. */
export interface RunningProxy {
  /** Sends a request with this line and these fields, byte by byte, over TLS. */
  send(line: string, fields?: string[], body?: string): Promise<Answer>;
  /** Sends one, and more once there is an answer. All that came back, until the proxy hung up. */
  converse(line: string, fields: string[], more: string): Promise<string>;
  close(): Promise<void>;
}

export interface ProxyKind {
  name: string;
  isInstalled: boolean;
  start: (behind: Behind) => Promise<RunningProxy>;
}

/** A file of deploy/ with other texts in it; one that is not there any more fails the test. */
function adapted(file: string, replacements: Record<string, string>): string {
  let text = readFileSync(resolve('deploy', file), 'utf8');
  for (const [was, is] of Object.entries(replacements)) {
    if (!text.includes(was)) throw new Error(`deploy/${file} does not say ${was}`);
    text = text.replaceAll(was, is);
  }
  return text;
}

interface Laid {
  folder: string;
  port: number;
  certificate: string;
  key: string;
}

function kind(
  name: string,
  version: string,
  lay: (behind: Behind, laid: Laid) => { file: string; text: string; command: string[] },
): ProxyKind {
  return {
    name,
    isInstalled: spawnSync(name, [version]).status === 0,
    async start(behind) {
      const folder = mkdtempSync(join(tmpdir(), `grantway-${name}-`));
      const authority = anAuthority();
      const issued = authority.issue({ name: SITE, alternatives: [`DNS:${SITE}`] });
      const laid = {
        folder,
        port: await freePort(),
        certificate: join(folder, 'c.pem'),
        key: join(folder, 'k.pem'),
      };
      writeFileSync(laid.certificate, issued.certificate + issued.key);
      writeFileSync(laid.key, issued.key);
      const { file, text, command } = lay(behind, laid);
      writeFileSync(join(folder, file), behind.passesWebSockets === true ? withWebSockets(text) : text);
      const child = spawn(name, command, {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      await listening(child, laid.port);
      return {
        async send(line, fields = [], body = '') {
          const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
          const head = headOf(line, ['Connection: close', ...length, ...fields]);
          return answerOf(await exchange(laid.port, { ca: authority.certificate }, head + body));
        },
        converse: (line, fields, more) =>
          exchange(laid.port, { ca: authority.certificate }, headOf(line, fields), more),
        async close() {
          child.kill('SIGKILL');
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

export const PROXIES: readonly ProxyKind[] = [
  kind('nginx', '-v', ({ grantway, application }, { folder, port, certificate, key }) => ({
    file: 'nginx.conf',
    text: adapted('nginx.conf', {
      'grantway.internal:3000': `127.0.0.1:${grantway}`,
      'application.internal:8080': `127.0.0.1:${application}`,
      '443 ssl': `127.0.0.1:${port} ssl`,
      '/etc/nginx/tls/certificate.pem': certificate,
      '/etc/nginx/tls/key.pem': key,
      // Where Debian's nginx keeps these, only root may write.
      'worker_processes auto;': 'worker_processes 1;',
      'server_tokens off;': `server_tokens off; access_log off; ${[
        'client_body',
        'proxy',
        'fastcgi',
        'uwsgi',
        'scgi',
      ]
        .map((what) => `${what}_temp_path ${join(folder, what)};`)
        .join(' ')}`,
    }),
    // The master would leave its workers behind when it is killed.
    command: [
      ...['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
      ...['-g', `daemon off; master_process off; pid ${join(folder, 'pid')};`],
    ],
  })),
  kind('caddy', 'version', ({ grantway, application }, { folder, port, certificate, key }) => ({
    file: 'Caddyfile',
    text: adapted('Caddyfile', {
      'grantway.internal:3000': `127.0.0.1:${grantway}`,
      'application.internal:8080': `127.0.0.1:${application}`,
      'https://api.example': `https://api.example:${port}`,
      'tls /etc/caddy/tls/certificate.pem /etc/caddy/tls/key.pem': `bind 127.0.0.1\n\ttls ${certificate} ${key}`,
      // It would listen on port 80 as well.
      'admin off': 'admin off\n\tauto_https disable_redirects',
    }),
    command: ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
  })),
  kind('haproxy', '-v', ({ grantway, application }, { folder, port, certificate }) => ({
    file: 'haproxy.cfg',
    text: adapted('haproxy.cfg', {
      '127.0.0.1:3000': `127.0.0.1:${grantway}`,
      '127.0.0.1:8080': `127.0.0.1:${application}`,
      'bind :443': `bind 127.0.0.1:${port}`,
      '/etc/haproxy/tls/certificate-and-key.pem': certificate,
      '/etc/haproxy/haproxy.lua': resolve('deploy/haproxy.lua'),
    }),
    command: ['-db', '-f', join(folder, 'haproxy.cfg')],
  })),
];

/** Fulfilled once the port takes connections; rejected with what the process said when it ends before. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stderr!.on('data', (chunk) => (said += String(chunk)));
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; await wait(50)) {
    if (child.exitCode !== null) throw new Error(said);
    const isUp = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isUp) return;
  }
  throw new Error(`It does not listen. ${said}`);
}

function headOf(line: string, fields: string[]): string {
  return [`${line} HTTP/1.1`, `Host: ${SITE}`, ...fields, '', ''].join('\r\n');
}

async function exchange(
  port: number,
  trust: SecureContextOptions,
  request: string,
  more = '',
): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connectTls({ port, host: '127.0.0.1', servername: SITE, ...trust });
    let text = '';
    socket.setTimeout(10_000, () => socket.destroy(new Error('No answer within 10 s.')));
    socket.on('secureConnect', () => socket.write(request, 'latin1'));
    socket.on('data', (chunk) => {
      const isFirst = text === '';
      text += chunk.toString('latin1');
      if (isFirst && more !== '') socket.write(more, 'latin1');
    });
    socket.on('error', (error) => (text === '' ? fail(error) : undefined));
    socket.on('close', () => (text === '' ? fail(new Error('No answer.')) : done(text)));
  });
}
