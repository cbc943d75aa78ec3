/** Whole seconds that a caller is told to wait, at least and at most. */
const LEAST = 1;
const MOST = 3600;

/** asctime-date, which means UTC without saying so. RFC 9110 §5.6.7. */
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;
const NAMES_GMT = /^[A-Z][a-z]+, .* GMT$/;

/**
 * The whole seconds of a Retry-After header, which may name a moment instead (RFC 9110 §10.2.3).
 * @param otherwise seconds, where there is none or it cannot be read
 */
export function secondsOf(retryAfter: string | undefined, now: Date, otherwise: number): number {
  const seconds = retryAfter === undefined ? Number.NaN : secondsUntil(retryAfter.trim(), now);
  return Number.isNaN(seconds) ? otherwise : Math.min(Math.max(seconds, LEAST), MOST);
}

function secondsUntil(text: string, now: Date): number {
  if (/^\d+$/.test(text)) return Number(text);
  if (!NAMES_GMT.test(text) && !ASCTIME.test(text)) return Number.NaN;
  const moment = Date.parse(ASCTIME.test(text) ? `${text} GMT` : text);
  return Math.ceil((moment - now.getTime()) / 1000);
}
