import { type AccessTokenClaims, isClientToken } from '../../../protocol/access-token.js';

/** Dialects of plain identity headers. An upstream that trusts one must be reachable through the gateway alone. */
export const HEADER_PRESETS = ['kong', 'oauth2-proxy', 'authelia'] as const;
export type HeaderPreset = (typeof HEADER_PRESETS)[number];

type Values = Record<string, string | undefined>;

/**
 * What each dialect says of a caller. A client that acts for itself is nobody in the headers that name a person: its id
 * could be somebody's username.
 */
const PRESETS: Record<HeaderPreset, (claims: AccessTokenClaims) => Values> = {
  kong: (claims) => ({
    'X-Consumer-ID': claims.client_id,
    'X-Consumer-Username': claims.client_id,
    'X-Authenticated-Scope': claims.scope,
    'X-Authenticated-Userid': personOnly(claims, claims.sub),
  }),
  'oauth2-proxy': (claims) => ({
    'X-Auth-Request-User': personOnly(claims, claims.sub),
    'X-Auth-Request-Preferred-Username': personOnly(claims, claims.preferred_username),
    'X-Auth-Request-Email': personOnly(claims, claims.email),
    'X-Auth-Request-Groups': personOnly(claims, listOf(claims.roles)),
  }),
  authelia: (claims) => ({
    // Never a username, which may be given to somebody else, or be chosen to look like another person's subject.
    'Remote-User': personOnly(claims, claims.sub),
    'Remote-Name': personOnly(claims, claims.name),
    'Remote-Email': personOnly(claims, claims.email),
    'Remote-Groups': personOnly(claims, listOf(claims.roles)),
  }),
};

/** The headers of a preset about a caller; what is not known is left out. Values are UTF-8, byte by byte. */
export function presetHeaders(preset: HeaderPreset, claims: AccessTokenClaims): Record<string, string> {
  return Object.fromEntries(
    Object.entries(PRESETS[preset](claims))
      .filter((entry): entry is [string, string] => isSendable(entry[1]))
      .map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );
}

function personOnly(claims: AccessTokenClaims, value: string | undefined): string | undefined {
  return isClientToken(claims) ? undefined : value;
}

/** A role with a comma in it would be taken for two. */
function listOf(roles: readonly string[] | undefined): string | undefined {
  return roles?.filter((role) => !role.includes(',')).join(',');
}

/** Never a line break or another control character, whatever the directory says. RFC 9110 §5.5. */
function isSendable(value: string | undefined): boolean {
  return value !== undefined && value !== '' && !/\p{Cc}/u.test(value) && value.trim() === value;
}
