import { setTimeout as wait } from 'node:timers/promises';
import { Limits } from '../../src/modules/gateway/limits/limits.js';
import type { Caller } from '../../src/modules/gateway/limits/partitions.js';
import type { WindowCounters } from '../../src/platform/counters/window-counters.js';
import { SpikeArrests } from '../../src/modules/gateway/limits/spike-arrests.js';
import type { Route } from '../../src/modules/gateway/routes/route.js';
import type { AccessTokenClaims } from '../../src/protocol/access-token.js';
import { Overloaded } from '../../src/protocol/overloaded.js';
import { Throttled } from '../../src/protocol/throttled.js';
import { aRoute } from './routes.js';

/** A time that stands still until a test moves it. Milliseconds. */
export class StoppedClock {
  constructor(public nowMs = 0) {}

  readonly read = (): number => this.nowMs;
}

/** A route that forwards to nowhere, with these limits. */
export function aLimitedRoute(limits: Partial<Route>): Route {
  return aRoute('/api/orders/**', { id: 'orders', identity: 'none', ...limits });
}

/** The holder of an access token, or of none. */
export function aCaller(claims?: Partial<AccessTokenClaims>, ip = '192.0.2.1'): Caller {
  return {
    ip,
    claims: claims && {
      iss: 'https://issuer.example',
      sub: 'alice',
      aud: 'https://api.example',
      client_id: 'app',
      scope: 'orders:read',
      iat: 1,
      exp: 2,
      jti: 'a',
      sid: 'b',
      ...claims,
    },
  };
}

export function limitsWith(counters: WindowCounters, clock = new StoppedClock()): Limits {
  return new Limits(new SpikeArrests(clock.read), counters);
}

/** What became of a request; anything but an answer of the limits fails the test. */
export type Verdict =
  | { is: 'admitted'; headers: Record<string, string> }
  | { is: 'throttled'; retryAfter: number; headers: Readonly<Record<string, string>> }
  | { is: 'unavailable'; retryAfter: number };

export async function verdictOf(admission: Promise<Record<string, string>>): Promise<Verdict> {
  try {
    return { is: 'admitted', headers: await admission };
  } catch (error) {
    if (error instanceof Throttled) {
      return { is: 'throttled', retryAfter: error.retryAfter, headers: error.headers };
    }
    if (error instanceof Overloaded) return { is: 'unavailable', retryAfter: error.retryAfter };
    throw error;
  }
}

/** How many of each verdict there were. */
export function countOf(verdicts: readonly Verdict[]): Record<Verdict['is'], number> {
  const counts = { admitted: 0, throttled: 0, unavailable: 0 };
  for (const { is } of verdicts) counts[is] += 1;
  return counts;
}

/** Asks again until it is true, for at most so long. */
export async function eventually(isTrue: () => Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error('It never came true.');
    await wait(50);
  }
}
