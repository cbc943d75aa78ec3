import { isWithoutToken } from '../caller.js';

/** What of a route's `max_in_flight` one caller may take up at one target: slow ones must leave room for the others. */
const SHARE_OF_A_CALLER = 1 / 4;

/** What all callers without a token may take up together, whose number nothing limits. */
const SHARE_WITHOUT_TOKEN = 1 / 2;

/** Requests under way to one origin. Shared by all routes that lead there, however else they differ. */
export class Load {
  private readonly byCaller = new Map<string, number>();
  private total = 0;
  private withoutToken = 0;

  get inFlight(): number {
    return this.total;
  }

  /** @param maxInFlight of the route that asks, of which everybody may have one at least */
  hasShareFor(caller: string, maxInFlight: number): boolean {
    return (this.byCaller.get(caller) ?? 0) < partOf(maxInFlight, SHARE_OF_A_CALLER);
  }

  /** @param maxInFlight likewise */
  hasRoomFor(caller: string, maxInFlight: number): boolean {
    return !isWithoutToken(caller) || this.withoutToken < partOf(maxInFlight, SHARE_WITHOUT_TOKEN);
  }

  /** Takes a place. @returns gives it back; calling it again does nothing */
  enter(caller: string): () => void {
    this.change(caller, 1);
    let isInside = true;
    return () => {
      if (isInside) this.change(caller, -1);
      isInside = false;
    };
  }

  private change(caller: string, by: 1 | -1): void {
    this.total += by;
    if (isWithoutToken(caller)) this.withoutToken += by;
    const count = (this.byCaller.get(caller) ?? 0) + by;
    if (count === 0) this.byCaller.delete(caller);
    else this.byCaller.set(caller, count);
  }
}

function partOf(maxInFlight: number, share: number): number {
  return Math.max(1, Math.floor(maxInFlight * share));
}
