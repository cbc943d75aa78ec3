import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { wholeSeconds } from '../../../../platform/http/whole-seconds.js';
import { AppLogger } from '../../../../platform/logging/logging.module.js';
import { Unavailable } from '../../../../protocol/problem.js';
import { Throttled } from '../../../../protocol/throttled.js';
import type { Route } from '../../routes/route.js';
import { Load } from './load.js';
import { Target, type TargetSettings } from './target.js';

/** What is still under way when the process ends, its server being closed, is cut after this. Milliseconds. */
const GRACE_MS = 1_000;

/** When one's own requests are what keeps the next one out, one of them soon ends. Seconds. */
const SOON_S = 1;

/** The servers behind the gateway, shared by the routes that lead to them. */
@Injectable()
export class UpstreamPools implements OnApplicationShutdown {
  private readonly targets = new Map<string, Target>();
  private readonly loads = new Map<string, Load>();
  private ofRoute = new WeakMap<Route, readonly Target[]>();
  private turn = 0;

  constructor(private readonly logger: AppLogger) {}

  /**
   * The target that has the fewest requests in flight, of those that are healthy, whose circuit lets a request through
   * and that have room; among equals each in its turn. To be entered in the same turn.
   *
   * @param caller as `Admission.caller`
   * @throws Unavailable when there is none, with the seconds until there may be one; Throttled when there is room, but
   *   the caller takes up its share of all of it
   */
  choose(route: Route, caller: string): Target {
    const target = this.another(route, caller, new Set());
    if (target !== undefined) return target;
    const { maxInFlight } = route.upstream;
    const soonest = Math.min(...this.targetsOf(route).map((each) => each.busyFor(maxInFlight)));
    if (soonest === 0) throw new Throttled('Too many requests of this caller are under way.', SOON_S);
    throw new Unavailable(wholeSeconds(soonest));
  }

  /** Chooses likewise, and none that failed this request already. */
  another(route: Route, caller: string, tried: ReadonlySet<Target>): Target | undefined {
    const { maxInFlight } = route.upstream;
    const free = this.targetsOf(route).filter(
      (target) =>
        !tried.has(target) &&
        target.busyFor(maxInFlight) === 0 &&
        target.load.hasShareFor(caller, maxInFlight),
    );
    this.turn = (this.turn + 1) % Math.max(1, free.length);
    return [...free.slice(this.turn), ...free.slice(0, this.turn)].toSorted(
      (one, other) => one.inFlight - other.inFlight,
    )[0];
  }

  /** Prepares for a new table of routes: what no route names any more takes no more requests, and ends with its last. */
  retain(routes: readonly Route[]): void {
    this.ofRoute = new WeakMap();
    const kept = new Set(routes.flatMap((route) => this.targetsOf(route)));
    for (const [key, target] of this.targets) {
      if (kept.has(target)) continue;
      this.targets.delete(key);
      void target.retire();
    }
    const loads = new Set([...kept].map(({ load }) => load));
    for (const [key, load] of this.loads) if (!loads.has(load) && load.inFlight === 0) this.loads.delete(key);
  }

  /** The server has ended by now: nobody waits for what is still under way. */
  async onApplicationShutdown(): Promise<void> {
    const targets = [...this.targets.values()];
    this.targets.clear();
    this.ofRoute = new WeakMap();
    const grace = setTimeout(() => void Promise.all(targets.map((target) => target.destroy())), GRACE_MS);
    await Promise.all(targets.map((target) => target.retire()));
    clearTimeout(grace);
  }

  private targetsOf(route: Route): readonly Target[] {
    const known = this.ofRoute.get(route);
    if (known !== undefined) return known;
    const { tls, breaker, health } = route.upstream;
    const shared = { tls, breaker, health, connectTimeoutMs: route.timeouts.connect };
    const targets = route.upstream.targets.map((url) =>
      this.target({ ...shared, origin: new URL(url).origin }),
    );
    this.ofRoute.set(route, targets);
    return targets;
  }

  private target(settings: TargetSettings): Target {
    const { origin, tls, breaker, health, connectTimeoutMs } = settings;
    const tlsKey = [tls?.ca, tls?.certificate, tls?.key, tls?.serverName];
    const loadKey = JSON.stringify([origin, ...tlsKey]);
    const load = this.loads.get(loadKey) ?? new Load();
    this.loads.set(loadKey, load);
    const key = JSON.stringify([
      ...[origin, ...tlsKey, connectTimeoutMs, breaker.failures, breaker.openMs],
      ...[health?.path, health?.intervalMs, health?.timeoutMs],
    ]);
    const target = this.targets.get(key) ?? new Target(settings, load, this.logger);
    this.targets.set(key, target);
    return target;
  }
}
