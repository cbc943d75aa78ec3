import { canonicalTarget } from '../paths/canonical-path.js';
import { foldedPath } from '../paths/folded-path.js';
import { ProblemError } from '../../../protocol/problem.js';

/** The path of a route, taken apart. */
export interface PathPattern {
  text: string;
  /** Canonical literals, and `*` where any one segment may stand. */
  segments: readonly string[];
  /** Whether everything below is meant as well (`/**` at the end). */
  below: boolean;
}

const ONE = '*';
const BELOW = '**';

/** Why a text is no pattern. */
export class InvalidPathPattern extends Error {}

/**
 * Reads `/api/orders` (that path), `/api/orders/*` (one segment more) or `/api/orders/**` (that path and all below).
 * @throws InvalidPathPattern
 */
export function parsePathPattern(text: string): PathPattern {
  const parts = segmentsOf(canonicalLiteral(text));
  if (text !== '/' && text.endsWith('/')) {
    throw new InvalidPathPattern('must not end with a slash, which makes no difference to the route');
  }
  const below = parts.at(-1) === BELOW;
  const segments = below ? parts.slice(0, -1) : parts;
  if (segments.some((segment) => segment !== ONE && segment.includes('*'))) {
    throw new InvalidPathPattern('must have * as a whole segment, and ** as the last one alone');
  }
  if (segments.some((segment) => segment.startsWith(':'))) {
    throw new InvalidPathPattern('must have * where a segment may be any');
  }
  return { text, segments, below };
}

function canonicalLiteral(text: string): string {
  let canonical: string;
  try {
    canonical = canonicalTarget(text).path;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new InvalidPathPattern('must be a path that a request could have: see the rules for paths');
  }
  if (canonical !== text) throw new InvalidPathPattern('must be written in canonical form, without a query');
  return canonical;
}

/** `/a/b` and `/a/b/` alike as `a`, `b`: a trailing slash leads to the same route. */
export function segmentsOf(path: string): string[] {
  const segments = path.split('/');
  segments.shift();
  if (segments.at(-1) === '') segments.pop();
  return segments;
}

/** Whether a path that matches when it is folded has the literals of the pattern letter by letter. */
export function isSpeltBy(pattern: PathPattern, segments: readonly string[]): boolean {
  return pattern.segments.every((segment, at) => segment === ONE || segment === segments[at]);
}

/** The leading literals as a path; empty where the first segment is a wildcard. */
export function literalPrefixOf({ segments }: PathPattern): string {
  const end = segments.indexOf(ONE);
  const literals = end === -1 ? segments : segments.slice(0, end);
  return literals.map((segment) => `/${segment}`).join('');
}

/** One name for all patterns that lead to the same place for an upstream that folds paths. */
export function foldedKeyOf({ segments, below }: PathPattern): string {
  const folded = segments.map((segment) => (segment === ONE ? ONE : `=${foldedPath(segment)}`));
  return [...folded, ...(below ? [BELOW] : [])].join('/');
}

/** Whether a segment of a pattern stands for any one. */
export function isAnyOne(segment: string): boolean {
  return segment === ONE;
}

/**
 * Orders patterns so that the first one that matches is the most specific: segment by segment a literal before `*`, `*`
 * before the end, the end before `**`.
 */
export function bySpecificity(a: PathPattern, b: PathPattern): number {
  for (let at = 0; at <= Math.max(a.segments.length, b.segments.length); at++) {
    const byRank = rankAt(a, at) - rankAt(b, at);
    if (byRank !== 0) return byRank;
    const [left = '', right = ''] = [a.segments[at], b.segments[at]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function rankAt({ segments, below }: PathPattern, at: number): number {
  const segment = segments[at];
  if (segment === undefined) return below && at === segments.length ? 3 : 2;
  return segment === ONE ? 1 : 0;
}
