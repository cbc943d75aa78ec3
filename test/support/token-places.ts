import { expect } from 'vitest';
import { bearerVerdict } from './bearer-verdict.js';
import { type Answer, bearer } from './http.js';
import { type TestClient, aConfidentialClient } from './mothers.js';
import { type RoutedGateway, startRoutedGateway } from './routed-gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from './upstream-recorder.js';
import { API, INACTIVE, aResourceServer, introspect } from './verdicts.js';

/** What each place that judges access tokens made of one. */
export interface Verdicts {
  /** The guard of an API in the issuer's process: `accepted`, or an error code of RFC 6750 §3.1. */
  api: string;
  /** RFC 7662: `active` or `inactive`. */
  introspection: string;
  /** A route to an upstream: as for the API. A refused request that the upstream saw says so as well. */
  gateway: string;
}

/** Every place in one process, so that one attack with one key meets them all. */
export interface TokenPlaces {
  server: RoutedGateway;
  /** May use every place: what it is refused, is refused for its token. */
  client: TestClient;
  /** Asks about tokens for the API. */
  resourceServer: TestClient;
  upstream: RecordingUpstream;
  verdictsOn(token: string): Promise<Verdicts>;
  close(): Promise<void>;
}

/** Nothing but a live token is asked for on the route, so a refusal is about the token. */
const FORWARDED = '/forwarded/orders';

const ACCEPTED: Verdicts = { api: 'accepted', introspection: 'active', gateway: 'accepted' };

export async function startTokenPlaces(): Promise<TokenPlaces> {
  const upstream = await startRecordingUpstream();
  const server = await startRoutedGateway(
    [{ id: 'orders', path: '/forwarded/**', upstream: upstream.origin }],
    { environment: { ROLES: 'identity,oauth,api,gateway' } },
  );
  const [client, resourceServer] = [await aConfidentialClient(server), await aResourceServer(server)];

  async function verdictsOn(token: string): Promise<Verdicts> {
    const api = bearerVerdict(await bearer(server, token, API));
    const introspection = activityOf(await introspect(server, resourceServer, token));
    upstream.forget();
    const gateway = bearerVerdict(await bearer(server, token, FORWARDED));
    const seen = upstream.requests.length;
    const isRight = seen === (gateway === 'accepted' ? 1 : 0);
    return { api, introspection, gateway: isRight ? gateway : `${gateway}, ${seen} seen by the upstream` };
  }

  return {
    ...{ server, client, resourceServer, upstream, verdictsOn },
    async close() {
      await server.close();
      await upstream.close();
    },
  };
}

export async function expectAccepted(places: TokenPlaces, token: string): Promise<void> {
  expect(await places.verdictsOn(token)).toEqual(ACCEPTED);
}

export async function expectRefused(places: TokenPlaces, token: string): Promise<void> {
  expect(await places.verdictsOn(token)).toEqual(refusalOf(token));
}

/**
 * Makes every attack at every place.
 * @param genuine a token that must work everywhere afterwards, or the refusals prove nothing
 */
export async function expectAttacksRefused(
  places: TokenPlaces,
  attacks: Record<string, string>,
  genuine: string,
): Promise<void> {
  const names = Object.keys(attacks);
  expect(names.length).toBeGreaterThan(0);
  const verdicts: Record<string, Verdicts> = {};
  for (const name of names) verdicts[name] = await places.verdictsOn(attacks[name]!);
  expect(verdicts).toEqual(Object.fromEntries(names.map((name) => [name, refusalOf(attacks[name]!)])));
  await expectAccepted(places, genuine);
}

/** What is no b64token at all makes a malformed request of it. RFC 6750 §2.1 and §3.1. */
function refusalOf(token: string): Verdicts {
  const code = /^[A-Za-z0-9._~+/-]+=*$/.test(token) ? 'invalid_token' : 'invalid_request';
  return { api: code, introspection: 'inactive', gateway: code };
}

function activityOf({ status, text, json }: Answer): string {
  if (status === 200 && text === INACTIVE) return 'inactive';
  return status === 200 && json?.active === true ? 'active' : `${status} ${text}`;
}
