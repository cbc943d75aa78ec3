import { once } from 'node:events';
import { type IncomingMessage, request as requestOf } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ClientRegistry } from '../../../src/modules/clients/index.js';
import { bearer, post, refresh, signIn } from '../../support/http.js';
import { type TestClient, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { ADMINISTRATOR, FIRST_CLIENT } from '../../support/server.js';
import { type UpstreamServer, startUpstream } from '../../support/upstream-server.js';
import { type WebSocketUpstream, startWebSocketUpstream } from '../../support/web-socket.js';

/** How often the gateway checks, and what a busy machine may add. Milliseconds. */
const CHECK_MS = 5_000;
const SLACK_MS = 3_000;

let upstream: UpstreamServer;
let silent: UpstreamServer;
let sockets: WebSocketUpstream;
let gateway: RoutedGateway;
let client: TestClient;

beforeAll(async () => {
  upstream = await startUpstream((request, response) => {
    response.setHeader('Content-Type', 'text/event-stream').write('data: first\n\n');
    request.resume();
    const events = setInterval(() => response.write('data: next\n\n'), 200);
    response.once('close', () => clearInterval(events));
  });
  silent = await startUpstream((request) => void request.resume());
  sockets = await startWebSocketUpstream();
  gateway = await startRoutedGateway(allRoutes());
  client = await aConfidentialClient(gateway, { scope: ['orders:read', 'profile'], accessTokenTtl: 600 });
});

afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
  await silent?.close();
  await sockets?.close();
});

function allRoutes(leftOut: readonly string[] = []) {
  const routes = [
    { id: 'events', path: '/events/**', scopes: ['orders:read'], upstream: upstream.origin },
    { id: 'removed', path: '/removed/**', upstream: upstream.origin },
    { id: 'open', path: '/open/**', public: true, upstream: upstream.origin },
    { id: 'silent', path: '/silent/**', audience: 'y', upstream: silent.origin },
    { id: 'chat', path: '/chat', audience: 'x', websocket: true, upstream: sockets.origin },
  ];
  return routes.filter(({ id }) => !leftOut.includes(id));
}

/** A stream of events that has begun. */
interface Stream {
  response: IncomingMessage;
  /** Whether the response was whole, and how long it took from `since`. */
  ended: Promise<{ isWhole: boolean; at: number }>;
}

async function aStream(path: string, token?: string): Promise<Stream> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const request = requestOf({ port: gateway.port, path, headers }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  response.on('error', () => undefined).resume();
  const ended = new Promise<{ isWhole: boolean; at: number }>((resolve) =>
    response.once('close', () => resolve({ isWhole: response.complete, at: performance.now() })),
  );
  return { response, ended };
}

async function aSignIn() {
  const person = await aPerson(gateway);
  const { json } = await signIn(gateway, client, person, 'orders:read profile');
  return { person, token: json.access_token as string, refreshToken: json.refresh_token as string };
}

/** Ends something, and expects that the stream is broken off within one interval. */
async function expectBrokenOff(stream: Stream, end: () => Promise<unknown>): Promise<void> {
  await end();
  const began = performance.now();
  const { isWhole, at } = await stream.ended;
  expect(isWhole).toBe(false);
  expect(at - began).toBeLessThan(CHECK_MS + SLACK_MS);
}

describe.concurrent('what is under way through the gateway ends within one check interval', () => {
  it('of its token’s expiry', async () => {
    const brief = await aConfidentialClient(gateway, { scope: ['orders:read'], accessTokenTtl: 2 });
    const { json } = await signIn(gateway, brief, gateway.person, 'orders:read');
    await expectBrokenOff(await aStream('/events/7', json.access_token), async () => undefined);
  });

  it('of the end of its session', async () => {
    const { token, refreshToken } = await aSignIn();
    await expectBrokenOff(await aStream('/events/7', token), () =>
      post(gateway, '/revoke', client, { token: refreshToken }),
    );
  });

  it('of the revocation of its token alone, also an opaque one', async () => {
    const opaque = await aConfidentialClient(gateway, {
      scope: ['orders:read'],
      accessTokenFormat: 'opaque',
    });
    const { json } = await signIn(gateway, opaque, gateway.person, 'orders:read');
    const token = json.access_token as string;
    await expectBrokenOff(await aStream('/events/7', token), () =>
      post(gateway, '/revoke', opaque, { token }),
    );
    expect((await refresh(gateway, opaque, json.refresh_token)).status).toBe(200);
  });

  it('of the end of its user', async () => {
    const { person, token } = await aSignIn();
    const { json } = await signIn(gateway, FIRST_CLIENT, ADMINISTRATOR, 'users:write');
    await expectBrokenOff(await aStream('/events/7', token), () =>
      bearer(gateway, json.access_token, `/admin/users/${person.sub}`, {
        ...{ method: 'PATCH', body: { status: 'disabled' } },
      }),
    );
  });

  it('of a scope that its client has lost', async () => {
    const narrowed = await aConfidentialClient(gateway, { scope: ['orders:read', 'profile'] });
    const { json } = await signIn(gateway, narrowed, gateway.person, 'orders:read profile');
    await expectBrokenOff(await aStream('/events/7', json.access_token), () =>
      gateway.app.get(ClientRegistry).change(narrowed.id, { scope: ['profile'] }),
    );
  });

  it('of the removal of its route, as a WebSocket does, while one on another route goes on', async () => {
    const { token } = await aSignIn();
    const [open, other, removed] = [
      await aStream('/open/7'),
      await aStream('/events/7', token),
      await aStream('/removed/7', token),
    ];
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/chat`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await expectBrokenOff(removed, async () => gateway.write(allRoutes(['removed', 'chat'])));
    expect((await closed)[0]).toBe(1008);
    // Another check for those that stay.
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
    expect([open.response.closed, other.response.closed]).toEqual([false, false]);
    open.response.destroy();
    other.response.destroy();
  });

  it('of the end of its session while it is an upload: 401', async () => {
    const { token, refreshToken } = await aSignIn();
    const upload = requestOf({
      ...{ port: gateway.port, path: '/silent/7', method: 'POST' },
      headers: { Authorization: `Bearer ${token}` },
    });
    upload.on('error', () => undefined);
    const drops = setInterval(() => upload.write('.'), 100);
    await vi.waitFor(() => expect(silent.asked).toBe(1));
    await post(gateway, '/revoke', client, { token: refreshToken });
    const [{ statusCode, headers }] = (await once(upload, 'response')) as [IncomingMessage];
    clearInterval(drops);
    upload.destroy();
    expect(statusCode).toBe(401);
    expect(headers['www-authenticate']).toContain('error="invalid_token"');
  });
});
