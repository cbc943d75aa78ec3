import type { GatewayConfig } from '../../../config/config.js';
import type { Route } from './route.js';

/** An audience that belongs to another process of this installation. */
export interface ReservedAudience {
  audience: string;
  /** The only origin that may receive its assertions; undefined for none. */
  origin: string | undefined;
  /** Why, and what to do; completes "<member> …". */
  detail: string;
}

/** A route that would hand an assertion to an upstream other than the one that it is for. */
export interface AudienceConflict {
  index: number;
  detail: string;
}

const OF_IDENTITY =
  'is reserved for the auth server: IDENTITY_URL must be the only target of such a route. Use another audience';
const OF_THE_API =
  'is AUDIENCE, which the API at API_URL accepts in assertions, and this route has another target. Set an audience of ' +
  'its own for the route, or unset API_URL if the API is not there';

/** The audiences that this project's own roles accept. */
export function reservedAudiences(
  config: Pick<GatewayConfig, 'apiUrl' | 'audience' | 'identityUrl' | 'identityAudience'>,
): ReservedAudience[] {
  const { apiUrl, audience, identityUrl, identityAudience } = config;
  return [
    { audience: identityAudience, origin: identityUrl, detail: OF_IDENTITY },
    ...(apiUrl === undefined ? [] : [{ audience, origin: apiUrl, detail: OF_THE_API }]),
  ];
}

/** Routes by which an upstream would receive an assertion that another upstream accepts. */
export function audienceConflicts(
  routes: readonly Route[],
  reserved: readonly ReservedAudience[],
): AudienceConflict[] {
  const asserted = routes
    .map((route, index) => ({ route, index }))
    .filter(({ route }) => route.identity === 'assertion');
  const offences = asserted.flatMap(({ route, index }) => {
    const owner = reserved.find(({ audience }) => audience === route.audience);
    if (owner === undefined || route.upstream.targets.every((target) => target === owner.origin)) return [];
    return [{ index, detail: owner.detail }];
  });
  const offending = new Set(offences.map(({ index }) => index));
  const others = asserted.filter(({ index }) => !offending.has(index));
  const byAudience = Map.groupBy(others, ({ route }) => route.audience);
  return [...offences, ...[...byAudience.values()].flatMap(sharedBetween)];
}

/** @param group routes of one audience: all of them must lead to the upstream of the first */
function sharedBetween(group: readonly { route: Route; index: number }[]): AudienceConflict[] {
  const { id, upstream } = group[0]!.route;
  const detail =
    `is the audience of route ${id} too, which has another upstream: each could use its assertions at the other. ` +
    'Set an audience for each upstream';
  const upstreams = upstreamsByTarget(group.map(({ route }) => route.upstream.targets));
  const first = upstreams.get(upstream.targets[0]!);
  return group
    .filter(({ route }) => upstreams.get(route.upstream.targets[0]!) !== first)
    .map(({ index }) => ({ index, detail }));
}

/**
 * Targets of one route are equivalent, so routes that share a target lead to the same upstream.
 * @returns for each target all of its upstream's
 */
function upstreamsByTarget(targetsOfRoutes: readonly (readonly string[])[]): Map<string, Set<string>> {
  const upstreams = new Map<string, Set<string>>();
  for (const targets of targetsOfRoutes) {
    const known = new Set(targets.map((target) => upstreams.get(target)));
    const merged = new Set([...targets, ...[...known].flatMap((upstream) => [...(upstream ?? [])])]);
    for (const target of merged) upstreams.set(target, merged);
  }
  return upstreams;
}
