import { type RequestListener, request as requestOf } from 'node:http';
import { HEADER_PRESETS } from '../../src/modules/gateway/identity/header-presets.js';
import type { RouteEntry } from '../../src/modules/gateway/routes/file/route-entry.js';
import { freePort } from './free-port.js';
import { type GatewayTopology, startTopology } from './gateway-topology.js';
import { bearer } from './http.js';
import { RoutesFolder } from './routes-folder.js';
import { type RecordingUpstream, startRecordingUpstream, valuesAt } from './upstream-recorder.js';

/** Nobody's name for a machine of the tests: what is meant is the name. */
export const AUDIENCES = {
  api: 'https://api.example',
  identity: 'https://gateway.example/identity',
  orders: 'https://orders.example',
} as const;

export type Audience = keyof typeof AUDIENCES;

/** Where the gateway calls the upstream of each audience. */
const PATHS: Record<Audience, string> = {
  api: '/api/resources',
  identity: '/admin/users',
  orders: '/captured/orders',
};

/** The gateway topology with one more upstream, and with a record of what the gateway sends to each of them. */
export interface RecordedTopology extends GatewayTopology {
  /** A service that turned against the others: it keeps what it receives. */
  upstream: RecordingUpstream;
  /**
   * The assertion with which the gateway calls an upstream of that audience.
   * @param token of the caller
   * @param path by default a usual one of that upstream
   */
  captured(audience: Audience, token: string, path?: string): Promise<string>;
}

/** @param routes beside those of the API, of the identity role and of the recording upstream */
export async function startRecordedTopology(routes: RouteEntry[] = []): Promise<RecordedTopology> {
  const folder = new RoutesFolder();
  const [identityPort, apiPort] = [await freePort(), await freePort()];
  const recorders = {
    api: await startRecordingUpstream(passedTo(apiPort)),
    identity: await startRecordingUpstream(passedTo(identityPort)),
    orders: await startRecordingUpstream(),
  };
  const upstream = recorders.orders;
  const [identityUrl, apiUrl] = [recorders.identity.origin, recorders.api.origin];
  const entries: RouteEntry[] = [
    { id: 'api', path: '/api/**', upstream: apiUrl },
    { id: 'users', path: '/admin/users/**', audience: AUDIENCES.identity, upstream: identityUrl },
    { id: 'password', path: '/account/password', audience: AUDIENCES.identity, upstream: identityUrl },
    {
      ...{ id: 'captured-orders', path: '/captured/orders/**', audience: AUDIENCES.orders },
      upstream: upstream.origin,
    },
    {
      ...{ id: 'mapped', path: '/mapped/**', audience: AUDIENCES.orders },
      upstream: { targets: [upstream.origin], strip_prefix: '/mapped', add_prefix: '/v2/orders' },
    },
    ...HEADER_PRESETS.map((identity) => ({
      ...{ id: identity, path: `/captured/${identity}`, identity, upstream: upstream.origin },
    })),
    ...routes,
  ];
  const topology = await startTopology({
    every: { ISSUER: 'https://gateway.example', AUDIENCE: AUDIENCES.api },
    identity: { PORT: String(identityPort) },
    api: { PORT: String(apiPort) },
    gateway: {
      IDENTITY_URL: identityUrl,
      API_URL: apiUrl,
      ROUTES_FILE: folder.write(JSON.stringify({ routes: entries })),
    },
  });
  return {
    ...topology,
    upstream,
    async captured(audience, token, path = PATHS[audience]) {
      const recorder = recorders[audience];
      recorder.forget();
      const { status } = await bearer(topology.gateway, token, path);
      const [assertion, ...others] = recorder.requests.flatMap((request) => valuesAt(request, 'X-Identity'));
      if (assertion === undefined || others.length > 0) throw new Error(`The call was answered ${status}.`);
      return assertion;
    },
    async close() {
      await topology.close();
      await Promise.all(Object.values(recorders).map((recorder) => recorder.close()));
      folder.remove();
    },
  };
}

/** Passes every request on, with its header as it came. */
function passedTo(port: number): RequestListener {
  return (request, response) => {
    const { method, url: path, rawHeaders: headers } = request;
    const passed = requestOf({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.rawHeaders);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  };
}
