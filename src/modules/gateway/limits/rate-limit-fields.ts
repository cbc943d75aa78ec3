import { wholeSeconds } from '../../../platform/http/whole-seconds.js';

/** A quota policy as its callers see it. draft-ietf-httpapi-ratelimit-headers-10 §2.4. */
export interface QuotaPolicy {
  name: string;
  /** Requests in each window. */
  quota: number;
  windowSeconds: number;
}

/** Where a caller stands with one policy. */
export interface ServiceLimit {
  policy: QuotaPolicy;
  remaining: number;
  /** Until there is room again, or a new window. Milliseconds. */
  resetMs: number;
}

/** Value of `RateLimit-Policy`: a List of Structured Fields (RFC 9651 §3.1), one String for each policy. */
export function policyField(policies: readonly QuotaPolicy[]): string {
  return policies
    .map(({ name, quota, windowSeconds }) => `${stringItem(name)};q=${quota};w=${windowSeconds}`)
    .join(', ');
}

/** Value of `RateLimit`: one Item. */
export function limitField({ policy, remaining, resetMs }: ServiceLimit): string {
  return `${stringItem(policy.name)};r=${remaining};t=${wholeSeconds(resetMs)}`;
}

/** The one that a caller meets first: the least remaining, of those the longest to wait for. */
export function tightest(limits: readonly ServiceLimit[]): ServiceLimit | undefined {
  return limits.toSorted((a, b) => a.remaining - b.remaining || b.resetMs - a.resetMs)[0];
}

/** RFC 9651 §3.3.3. What a String cannot hold, or only escaped, is not worth telling two policies apart by. */
function stringItem(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x7e]|["\\]/g, '_')}"`;
}
