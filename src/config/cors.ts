import type { EnvironmentReader } from './environment.js';

/** A header name: a token of RFC 9110 §5.6.2. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Names that state the caller, its address, or another method or path, to this server or to one behind it. Also names
 * that a browser sets by itself (Fetch Standard §2.2.2).
 */
const RESERVED = [
  /^(authorization|cookie2?|dpop|client-cert.*|x-identity.*|x-user.*|x-auth.*|remote-.*|x-remote-.*)$/,
  /^(forwarded|x-forwarded.*|x-real-.*|x-original-.*|x-end-user-.*|x-client-.*|true-client-ip|x-envoy-.*)$/,
  /^(x-http-.*|x-method-.*|x-rewrite-.*|x-override-.*|x-middleware-.*)$/,
  /^(host|origin|via|te|trailer|transfer-encoding|connection|content-length|expect|keep-alive|upgrade)$/,
  /^(proxy-.*|sec-.*|access-control-.*)$/,
];

/** Header names that pages may send besides those that every page may. */
export function readCorsAllowedHeaders(read: EnvironmentReader): string[] {
  return read.list(
    'CORS_ALLOWED_HEADERS',
    isAllowable,
    'header names that say nothing about identity, address, routing or the connection',
  );
}

function isAllowable(name: string): boolean {
  // In a preflight, * is a wildcard and no name.
  if (!NAME.test(name) || name === '*') return false;
  // To CGI, WSGI and Rack both characters are one.
  const canonical = name.toLowerCase().replaceAll('_', '-');
  return !RESERVED.some((reserved) => reserved.test(canonical));
}
