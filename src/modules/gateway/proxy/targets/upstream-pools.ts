import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { wholeSeconds } from '../../../../platform/http/whole-seconds.js';
import { AppLogger } from '../../../../platform/logging/logging.module.js';
import { Unavailable } from '../../../../protocol/problem.js';
import { Throttled } from '../../../../protocol/throttled.js';
import type { Route } from '../../routes/route.js';
import { Load } from './load.js';
import { type Asking, Target, type TargetSettings } from './target.js';

/** What is still under way when the process ends, its server being closed, is cut after this. Milliseconds. */
const GRACE_MS = 1_000;

/** For so long a target that no route names any more serves requests that were decided before. Milliseconds. */
const LATECOMERS_MS = 3_000;

/** When one's own requests are what keeps the next one out, one of them soon ends. Seconds. */
const SOON_S = 1;

/** The servers behind the gateway, shared by the routes that lead to them. */
@Injectable()
export class UpstreamPools implements OnApplicationShutdown {
  private readonly targets = new Map<string, Target>();
  private readonly loads = new Map<string, Load>();
  /** Of every table that was in force: a request may have been decided under an earlier one. */
  private readonly ofRoute = new WeakMap<Route, readonly Target[]>();
  /** Named by no route any more, until they take no more requests. */
  private readonly leaving = new Map<Target, NodeJS.Timeout>();
  private turn = 0;

  constructor(private readonly logger: AppLogger) {}

  /**
   * The target that has the fewest requests in flight, of those that are healthy, whose circuit lets a request through
   * and that have room; among equals each in its turn. To be entered in the same turn.
   *
   * @throws Unavailable when there is none, with the seconds until there may be one; Throttled when there is room, but
   *   the caller takes up its share of all of it
   */
  choose(asking: Asking): Target {
    const target = this.another(asking, new Set());
    if (target !== undefined) return target;
    const { caller, route } = asking;
    const waits = this.targetsOf(route).map((each) => ({ each, ms: each.busyFor(asking) }));
    const free = waits.filter(({ ms }) => ms === 0).map(({ each }) => each);
    if (free.length > 0 && !free.some(({ load }) => load.hasShareFor(caller, route.upstream.maxInFlight)))
      throw new Throttled('Too many requests of this caller are under way.', SOON_S);
    const soonest = Math.min(...waits.map(({ ms }) => ms).filter((ms) => ms > 0));
    throw new Unavailable(Number.isFinite(soonest) ? wholeSeconds(soonest) : SOON_S);
  }

  /** Chooses likewise, and none that failed this request already. */
  another(asking: Asking, tried: ReadonlySet<Target>): Target | undefined {
    const { caller, route } = asking;
    const { maxInFlight } = route.upstream;
    const free = this.targetsOf(route).filter(
      (target) =>
        !tried.has(target) &&
        target.busyFor(asking) === 0 &&
        target.load.hasShareFor(caller, maxInFlight) &&
        target.load.hasRoomFor(caller, maxInFlight),
    );
    this.turn = (this.turn + 1) % Math.max(1, free.length);
    return [...free.slice(this.turn), ...free.slice(0, this.turn)].toSorted(
      (one, other) => one.inFlight - other.inFlight,
    )[0];
  }

  /**
   * Prepares for a new table of routes. What no route names any more is checked no more and serves those requests alone
   * that were decided already; after some seconds it takes none at all, and ends with its last.
   */
  retain(routes: readonly Route[]): void {
    for (const route of routes) this.ofRoute.delete(route);
    const kept = new Set(routes.flatMap((route) => this.targetsOf(route)));
    for (const [key, target] of this.targets) {
      if (kept.has(target)) continue;
      this.targets.delete(key);
      this.leave(target);
    }
    const loads = new Set([...kept].map(({ load }) => load));
    for (const [key, load] of this.loads) if (!loads.has(load) && load.inFlight === 0) this.loads.delete(key);
  }

  private leave(target: Target): void {
    target.stopHealthCheck();
    const timer = setTimeout(() => {
      this.leaving.delete(target);
      void target.retire();
    }, LATECOMERS_MS);
    this.leaving.set(target, timer.unref());
  }

  /** The server has ended by now: nobody waits for what is still under way. */
  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.leaving.values()) clearTimeout(timer);
    const targets = [...this.targets.values(), ...this.leaving.keys()];
    this.targets.clear();
    this.leaving.clear();
    const grace = setTimeout(() => void Promise.all(targets.map((target) => target.destroy())), GRACE_MS);
    await Promise.all(targets.map((target) => target.retire()));
    clearTimeout(grace);
  }

  private targetsOf(route: Route): readonly Target[] {
    const known = this.ofRoute.get(route);
    if (known !== undefined) return known;
    const { tls, breaker, health } = route.upstream;
    const shared = { tls, breaker, health, connectTimeoutMs: route.timeouts.connect };
    const settings = route.upstream.targets.map((url) => ({ ...shared, origin: new URL(url).origin }));
    const targets = settings.map((each) => this.target(each));
    this.ofRoute.set(route, targets);
    return targets;
  }

  private target(settings: TargetSettings): Target {
    const loadKey = loadKeyOf(settings);
    const load = this.loads.get(loadKey) ?? new Load();
    this.loads.set(loadKey, load);
    const key = keyOf(settings);
    const target = this.targets.get(key) ?? new Target(settings, load, this.logger);
    this.targets.set(key, target);
    return target;
  }
}

/** What is the same server, and takes so much at once. */
function loadKeyOf({ origin, tls }: TargetSettings): string {
  return JSON.stringify([origin, tls?.ca, tls?.certificate, tls?.key, tls?.serverName]);
}

function keyOf(settings: TargetSettings): string {
  const { breaker, health, connectTimeoutMs } = settings;
  return JSON.stringify([
    ...[loadKeyOf(settings), connectTimeoutMs, breaker.failures, breaker.openMs],
    ...[health?.path, health?.intervalMs, health?.timeoutMs],
  ]);
}
