/** Seconds. */
const MIN = 1;
const MAX = 3600;

/** asctime-date, which is in UTC. RFC 9110 §5.6.7. */
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;
const NAMES_GMT = /^[A-Z][a-z]+, .* GMT$/;

/**
 * The seconds of a Retry-After header, which may be a date instead (RFC 9110 §10.2.3).
 * @param fallback seconds, for a header that is absent or invalid
 */
export function secondsOf(retryAfter: string | undefined, now: Date, fallback: number): number {
  const seconds = retryAfter === undefined ? Number.NaN : secondsUntil(retryAfter.trim(), now);
  return Number.isNaN(seconds) ? fallback : Math.min(Math.max(seconds, MIN), MAX);
}

function secondsUntil(text: string, now: Date): number {
  if (/^\d+$/.test(text)) return Number(text);
  if (!NAMES_GMT.test(text) && !ASCTIME.test(text)) return Number.NaN;
  const date = Date.parse(ASCTIME.test(text) ? `${text} GMT` : text);
  return Math.ceil((date - now.getTime()) / 1000);
}
