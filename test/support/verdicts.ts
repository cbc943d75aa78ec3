import { expect } from 'vitest';
import { type Answer, bearer, post } from './http.js';
import { type TestClient, aConfidentialClient } from './mothers.js';
import type { TestServer } from './server.js';

/** A route that any person's token with `resources:read` opens. */
export const API = '/api/resources';

/** The whole body of an answer about a token that does not count. RFC 7662 §2.2. */
export const INACTIVE = '{"active":false}';

/** A resource server: nothing but the right to ask about tokens for this API. */
export async function aResourceServer(server: TestServer): Promise<TestClient> {
  return aConfidentialClient(server, { grantTypes: [], audiences: [server.config.tokens.audience] });
}

export async function introspect(
  server: TestServer,
  client: TestClient | undefined,
  token: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  return post(server, '/introspect', client, { token, ...more });
}

export function expectInvalidToken({ status, headers }: Answer): void {
  expect(status).toBe(401);
  expect(headers.get('WWW-Authenticate')).toMatch(
    /^Bearer realm="[^"]+", error="invalid_token", error_description="[^"\\]+", resource_metadata="[^"]+"$/,
  );
}

/** That neither the API nor the introspection endpoint takes a token. */
export async function expectRefused(
  server: TestServer,
  resourceServer: TestClient,
  token: string,
): Promise<void> {
  expectInvalidToken(await bearer(server, token, API));
  expect(await introspect(server, resourceServer, token)).toMatchObject({ status: 200, text: INACTIVE });
}

/** That the API and the introspection endpoint both take a token. */
export async function expectAccepted(
  server: TestServer,
  resourceServer: TestClient,
  token: string,
): Promise<void> {
  expect(await bearer(server, token, API)).toMatchObject({ status: 200 });
  expect((await introspect(server, resourceServer, token)).json).toMatchObject({ active: true });
}

/** An answer of an OAuth endpoint that refuses: RFC 6749 §5.2 JSON, with nothing else in it. */
export function expectOAuthError(answer: Answer, error: string, status = 400): void {
  expect({ status: answer.status, error: answer.json?.error }).toEqual({ status, error });
  const { error_description: description, ...rest } = answer.json as Record<string, unknown>;
  expect(rest).toEqual({ error });
  expect(description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  expect(answer.headers.get('Cache-Control')).toBe('no-store');
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/json\b/);
  expect(answer.headers.has('Set-Cookie')).toBe(false);
}

/** Of a path with an encoded control character in it: names nothing, and a gateway lets no such path through. */
export function statusOfControlCharacter({ config }: TestServer): number {
  return config.roles.gateway ? 400 : 404;
}
