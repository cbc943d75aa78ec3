import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { ServerConfig } from '../../config/config.js';

/** This server answers data: no page of ours may run, frame or load anything. Swagger UI sets its own policy. */
export const API_CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Security headers on every answer, errors and refused requests included. OWASP ASVS 3.4. */
export function registerSecurityHeaders(
  app: INestApplication,
  fastify: FastifyInstance,
  config: ServerConfig,
): void {
  app.useSecurityHeaders({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    // Over plain http a browser must ignore it, and Swagger UI on a developer's machine is plain http.
    strictTransportSecurity: config.issuer.startsWith('https:')
      ? { maxAge: 365 * 24 * 60 * 60, includeSubDomains: true }
      : false,
    // Cross-origin readers are governed by CORS; this header would refuse listed origins.
    crossOriginResourcePolicy: false,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (!reply.hasHeader('Cache-Control')) void reply.header('Cache-Control', 'no-store');
    done(null, payload);
  });
}
