import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { statusOf } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { PROXIES, type RunningProxy } from './running-proxy.js';
import {
  ECHO,
  type UpgradingApplication,
  WEBSOCKET_KEY,
  startUpgradingApplication,
} from './upgrading-application.js';

const WEBSOCKET = ['Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${WEBSOCKET_KEY}`];
const SETTINGS = 'HTTP2-Settings: AAMAAABkAAQAAP__';

/** Upgrades that no configuration lets pass. */
const NEVER = [
  ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', SETTINGS],
  ['Connection: upgrade', 'Upgrade: H2C', SETTINGS],
  ['Connection: Upgrade', 'Upgrade: anything/1.0'],
];

/** Some that say websocket too, by which an application may choose the other. */
const MIXED = [
  ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: websocket, h2c', SETTINGS, ...WEBSOCKET],
  ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c, websocket', SETTINGS, ...WEBSOCKET],
  ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'Upgrade: websocket', SETTINGS, ...WEBSOCKET],
  ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: websocket', 'Upgrade: h2c', SETTINGS, ...WEBSOCKET],
];

const HANDSHAKE = ['Connection: Upgrade', 'Upgrade: websocket', ...WEBSOCKET];

/** What would be a request to whoever speaks the protocol of a tunnel. To HTTP/1.1 it is none. */
const BEHIND = 'what nobody is asked about\r\n\r\n';

let gateway: RoutedGateway;
let application: UpgradingApplication;
let reader: string;

beforeAll(async () => {
  application = await startUpgradingApplication();
  const upstream = application.origin;
  gateway = await startRoutedGateway(
    [
      { id: 'orders', path: '/api/orders/**', scopes: ['orders:read'], upstream },
      { id: 'public', path: '/public/**', public: true, upstream },
    ],
    { environment: { TRUSTED_PROXIES: '127.0.0.1', FORWARD_AUTH_PROXIES: '127.0.0.1' } },
  );
  reader = `Authorization: Bearer ${await gateway.tokenFor('orders:read')}`;
});

afterAll(async () => {
  await gateway?.close();
  await application?.close();
});

beforeEach(() => application.forget());

describe.each(PROXIES)('an upgrade through $name', ({ isInstalled, start }) => {
  describe.skipIf(!isInstalled)('(where it is installed)', () => {
    describe('configured as in deploy/', () => {
      const proxy = running(() => start(behind()));

      it.each([...NEVER, ...MIXED, HANDSHAKE])('does not pass as %s, %s', async (...fields) => {
        const answers = await proxy().converse('GET /public/page', fields, BEHIND);
        expectOrdinary(answers);
      });

      it('does not pass to Grantway either', async () => {
        const line = 'GET /.well-known/oauth-authorization-server';
        expect(statusOf(await proxy().converse(line, HANDSHAKE, BEHIND))).toBe(200);
        expect(application.wire).toBe('');
      });

      it('is no means to take the identity away that Grantway gave', async () => {
        const fields = [reader, 'Connection: X-Identity, X-Forwarded-For'];
        expect(statusOf(await proxy().converse('GET /api/orders/7', fields, BEHIND))).toBe(200);
        expect(application.wire).toMatch(/^x-identity: eyJ/im);
        expect(application.wire).toMatch(/^x-forwarded-for: 127\.0\.0\.1\r$/im);
      });
    });

    describe('configured as in deploy/, with the lines for WebSockets', () => {
      const proxy = running(() => start({ ...behind(), passesWebSockets: true }));

      it('passes as a WebSocket, with the identity and all that follows', async () => {
        const answers = await proxy().converse('GET /api/orders/live', [reader, ...HANDSHAKE], BEHIND);
        expect(statusOf(answers)).toBe(101);
        expect(answers.endsWith(ECHO + BEHIND)).toBe(true);
        expect(application.wire).toMatch(/^x-identity: eyJ/im);
        expect(application.wire).not.toMatch(/^authorization:/im);
      });

      it('does not pass as a WebSocket without a token', async () => {
        const answers = await proxy().converse('GET /api/orders/live', HANDSHAKE, BEHIND);
        expect(statusOf(answers)).toBe(401);
        expect(application.wire).toBe('');
      });

      it.each(NEVER)('does not pass as %s, %s', async (...fields) => {
        expectOrdinary(await proxy().converse('GET /public/page', fields, BEHIND));
      });

      it.each(MIXED)('passes as a WebSocket or not at all as %s, %s', async (...fields) => {
        await proxy().converse('GET /public/page', fields, BEHIND);
        expect(fieldsOfWire(/^(?:upgrade|http2-settings): *(.*)\r$/gim)).toEqual(
          application.wire.includes(BEHIND) ? ['websocket'] : [],
        );
      });
    });
  });
});

/** One request, answered by its own, and no byte behind it. */
function expectOrdinary(answers: string): void {
  expect(statusOf(answers)).toBe(200);
  expect(application.wire.split('\r\n\r\n')).toEqual([
    expect.stringMatching(/^GET \/public\/page HTTP\/1\.1\r\n/),
    '',
  ]);
  expect(fieldsOfWire(/^(?:upgrade|http2-settings|connection: *upgrade).*$/gim)).toEqual([]);
}

function fieldsOfWire(field: RegExp): string[] {
  return [...application.wire.matchAll(field)].map(([whole, value = whole]) => value);
}

function behind(): { grantway: number; application: number } {
  return { grantway: gateway.port, application: application.port };
}

function running(start: () => Promise<RunningProxy>): () => RunningProxy {
  let proxy: RunningProxy | undefined;
  beforeAll(async () => {
    proxy = await start();
  });
  afterAll(() => proxy?.close());
  return () => proxy!;
}
