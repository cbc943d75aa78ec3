import type { AccessTokenClaims } from '../../../protocol/access-token.js';

const ATTRIBUTES = 'attributes.';

/** `attributes.plan` is a detail that the directory keeps; any other name is a claim, and never one that is inherited. */
export function claimOf(claims: AccessTokenClaims | undefined, name: string): unknown {
  return name.startsWith(ATTRIBUTES)
    ? ownMember(claims?.attributes, name.slice(ATTRIBUTES.length))
    : ownMember(claims, name);
}

function ownMember(object: object | undefined, name: string): unknown {
  return object !== undefined && Object.hasOwn(object, name)
    ? (object as Record<string, unknown>)[name]
    : undefined;
}
