/** NQCHAR, the characters of a scope token. RFC 6749 Appendix A. */
export const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** Characters allowed in a username or password parameter. RFC 6749 Appendix A.15, A.16 (UNICODECHARNOCRLF). */
// oxlint-disable-next-line no-control-regex -- the tab is the one control character that the RFC lists
export const UNICODECHARNOCRLF = /^[\t\x20-\x7E\x80-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

/** Text for people: no control character, which PostgreSQL or a log would stumble over, and no half of a surrogate pair. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
export const PRINTABLE = /^[^\u0000-\u001f\u007f\ud800-\udfff]*$/u;

/** What a bearer token is made of. RFC 6750 §2.1. */
export const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * The characters a client identifier or secret may have here: those that mean the same raw and form-encoded,
 * so that clients which skip the encoding of RFC 6749 §2.3.1 and clients which apply it send equal bytes.
 */
export const CLIENT_CREDENTIAL = /^[A-Za-z0-9._~-]+$/;

/** Any version of a UUID, in the lower-case form that this server writes. RFC 9562. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
