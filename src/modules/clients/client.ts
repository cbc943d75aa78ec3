import type { AccessTokenFormat } from '../../protocol/access-token.js';
import type { ClientAuthenticationMethod, GrantType } from '../../protocol/grant-types.js';
import type { SigningAlgorithm } from '../../protocol/signing-algorithms.js';
import type { ConfiguredDetail } from '../../protocol/user-details.js';
import type { PresentedCredentials } from './authentication/presented-credentials.js';

/** A registered client. Names follow RFC 7591 §2 where it has one. */
export interface Client {
  clientId: string;
  name: string;
  status: 'active' | 'disabled';
  /** Operated by the same party as this server: the one kind that may be given the password grant. */
  firstParty: boolean;
  /** The one method it may use; null lets a client with a secret use Basic or the body. */
  authenticationMethod: ClientAuthenticationMethod | null;
  grantTypes: readonly GrantType[];
  scope: readonly string[];
  /** What a request without `scope` gets; a part of `scope`. */
  defaultScope: readonly string[];
  /** Audiences whose tokens it may introspect although they were issued to others. RFC 7662 §4. */
  audiences: readonly string[];
  /** Web origins whose pages may call on its behalf. */
  allowedOrigins: readonly string[];
  /** What its tokens reveal of a person beside the subject. */
  userDetails: readonly ConfiguredDetail[];
  accessTokenFormat: AccessTokenFormat;
  /** Of access tokens that are JWTs. */
  signingAlgorithm: SigningAlgorithm;
  /** Seconds; null means the server's default. */
  accessTokenTtl: number | null;
  refreshTokenTtl: number | null;
  grantTtl: number | null;
  refreshLeeway: number | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A client that has authenticated, or a public client. */
export interface AuthenticatedClient extends Client {
  presented: PresentedCredentials;
}

/** The digests by which a client's secret is known. A rotated one stays good until it expires. */
export interface ClientSecrets {
  current: Buffer | null;
  previous: { hash: Buffer; expiresAt: Date } | null;
}
