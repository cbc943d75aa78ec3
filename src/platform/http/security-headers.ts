import type { ServerConfig } from '../../config/config.js';

/** This server answers data: no page of ours may run, frame or load anything. Swagger UI sets its own policy. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'";

/**
 * Headers of every answer unless its route says otherwise, errors and refused requests included. OWASP ASVS 3.4.
 * Cross-Origin-Resource-Policy is not among them: CORS governs who may read, and that header would refuse listed
 * origins.
 */
export function securityHeaders({ issuer }: ServerConfig): Readonly<Record<string, string>> {
  return {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    // Over plain http a browser must ignore it, and Swagger UI on a developer's machine is plain http.
    ...(issuer.startsWith('https:')
      ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' }
      : {}),
  };
}
