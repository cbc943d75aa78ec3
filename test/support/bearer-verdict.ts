import type { Answer } from './http.js';

/** The one challenge of a protected resource that is known by RFC 6750 §3, whole. */
const CHALLENGE =
  /^Bearer realm="[^"]+"(?:, error="(\w+)", error_description="[^"\\]+")?(?:, scope="([^"]+)")?, resource_metadata="[^"]+"$/;

/** RFC 6750 §3.1: the status that belongs to each code. */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  'no token': 401,
};

/**
 * What a protected resource made of a request: `accepted`, an error code of RFC 6750 §3.1, or `no token`. Whatever is
 * none of these, or is said by halves, comes as it stands.
 */
export function bearerVerdict({ status, headers, text }: Answer): string {
  const challenge = headers.get('WWW-Authenticate');
  if (status >= 200 && status < 300 && challenge === null) return 'accepted';
  const match = CHALLENGE.exec(challenge ?? '');
  const code = match === null ? undefined : (match[1] ?? 'no token');
  const isWhole = code !== undefined && STATUSES[code] === status;
  const hasScope = match?.[2] !== undefined;
  return isWhole && hasScope === (code === 'insufficient_scope') ? code : `${status} ${challenge} ${text}`;
}
