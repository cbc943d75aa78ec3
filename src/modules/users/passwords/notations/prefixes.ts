import type { NotationRewrite } from './notation-rewrite.js';

/** Ids in braces before a notation that needs no parameters of theirs: RFC 2307 directories, Dovecot, Spring. */
const SCHEME_ID =
  /^\{(?:bcrypt|crypt|blf-crypt|argon2(?:id|i|d)?(?:@springsecurity_v5_8)?)\}(\$(?:2[abxy]?|argon2(?:id|i|d))\$.*)$/i;

/** OpenLDAP's and passlib's `{PBKDF2-SHA256}iterations$salt$key`. */
const LDAP_PBKDF2 = /^\{pbkdf2(-sha1|-sha256|-sha512)?\}(\d{1,10}\$.*)$/i;

export const schemeId: NotationRewrite = (hash) => SCHEME_ID.exec(hash)?.[1];

export const ldapPbkdf2: NotationRewrite = (hash) => {
  const [, digest = '', rest] = LDAP_PBKDF2.exec(hash) ?? [];
  return rest === undefined ? undefined : `$pbkdf2${digest.toLowerCase()}$${rest}`;
};

/** Nextcloud's `1|` to `3|` before bcrypt, argon2i and argon2id. */
export const nextcloud: NotationRewrite = (hash) => /^[1-3]\|(\$.*)$/.exec(hash)?.[1];
