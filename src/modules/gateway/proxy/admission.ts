import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import type { Route } from '../routes/route.js';
import type { PendingChange } from '../user-changes/pending-change.js';
import type { RevalidationTerms } from './revalidation.js';

/** A request that the gateway has decided to let through, and what it tells the upstream about it. */
export interface Admission {
  route: Route;
  /** The target of the upstream request: canonical path and query, exactly what was authorised. */
  path: string;
  /** Of the caller; undefined on a public route. */
  claims: AccessTokenClaims | undefined;
  /** Set on the request to the upstream, whatever came under these names. */
  identityHeaders: Readonly<Record<string, string>>;
  /** The same for another attempt: an assertion lasts no longer than one needs to arrive. */
  renewIdentity: () => Promise<Readonly<Record<string, string>>>;
  /** By which it stays admitted. */
  terms: RevalidationTerms;
  requestId: string;
  /** Whoever this counts for among what is in flight, by `callerOf`. */
  caller: string;
  /** Of the caller, a trusted proxy's word included. */
  clientIp: string;
  /** Origin by which clients know this server: the configured one, never what a request says of itself. */
  publicOrigin: string;
  /** Set on the answer in place of the upstream's: limits, CORS. `Vary` is added to. */
  extraResponseHeaders: Readonly<Record<string, string>>;
  /** Whether the client waits for a 100 that nobody has sent yet. RFC 9110 §10.1.1. */
  awaitsContinue: boolean;
  /** Settled before the client receives the response; undefined for a request that changes no user. */
  change?: PendingChange | undefined;
}
