/** A person, as the side that issues tokens sees one: OpenID Connect claim names (OpenID Connect Core §5.1). */
export interface ResourceOwner {
  /** A UUID that is never used again, and never a client_id. */
  sub: string;
  username: string;
  name: string | null;
  email: string | null;
  email_verified: boolean;
  roles: readonly string[];
  /** Seconds since 1970. */
  updated_at: number;
  /** Changes with the password: a grant made under another version is no longer good. */
  credentials_version: string;
}
