import { HEADER_PRESETS } from '../../src/modules/gateway/identity/header-presets.js';
import type { RouteEntry } from '../../src/modules/gateway/routes/file/route-entry.js';
import { freePort } from './free-port.js';
import { type GatewayTopology, startTopology } from './gateway-topology.js';
import { bearer } from './http.js';
import { RoutesFolder } from './routes-folder.js';
import { type RecordingUpstream, lastOf, startRecordingUpstream, valuesAt } from './upstream-recorder.js';

/** Nobody's name for a machine of the tests: what is meant is the name. */
export const AUDIENCES = {
  api: 'https://api.example',
  identity: 'https://gateway.example/identity',
  orders: 'https://orders.example',
} as const;

export type Audience = keyof typeof AUDIENCES;

/** The gateway topology with one more upstream, which keeps what it is told: a service that turned against the others. */
export interface RecordedTopology extends GatewayTopology {
  upstream: RecordingUpstream;
  /** The assertion with which the gateway calls an upstream of that audience. @param token of the caller */
  captured(audience: Audience, token: string): Promise<string>;
}

/** @param routes beside those of the API, of the identity role and of the recording upstream */
export async function startRecordedTopology(routes: RouteEntry[] = []): Promise<RecordedTopology> {
  const upstream = await startRecordingUpstream();
  const folder = new RoutesFolder();
  const [identityPort, apiPort] = [await freePort(), await freePort()];
  const [identityUrl, apiUrl] = [`http://127.0.0.1:${identityPort}`, `http://127.0.0.1:${apiPort}`];
  const entries: RouteEntry[] = [
    { id: 'api', path: '/api/**', upstream: apiUrl },
    { id: 'users', path: '/admin/users/**', audience: AUDIENCES.identity, upstream: identityUrl },
    { id: 'password', path: '/account/password', audience: AUDIENCES.identity, upstream: identityUrl },
    ...Object.entries(AUDIENCES).map(([name, audience]) => ({
      ...{ id: `captured-${name}`, path: `/captured/${name}`, audience, upstream: upstream.origin },
    })),
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
    async captured(audience, token) {
      upstream.forget();
      const { status } = await bearer(topology.gateway, token, `/captured/${audience}`);
      const [assertion, ...others] = status === 200 ? valuesAt(lastOf(upstream), 'X-Identity') : [];
      if (assertion === undefined || others.length > 0) throw new Error(`The call was answered ${status}.`);
      return assertion;
    },
    async close() {
      await topology.close();
      await upstream.close();
      folder.remove();
    },
  };
}
