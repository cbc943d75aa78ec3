import { expect } from 'vitest';
import { MalformedResponse, readOwner } from '../../src/modules/directory/remote/owner-response.js';
import type { ResourceOwner } from '../../src/protocol/resource-owner.js';
import type { Answer } from './directory.js';

/** An answer of JSON that nothing on the way may keep. */
export function expectFreshJson({ headers }: Answer): void {
  expect(headers['content-type'] ?? '', 'the media type').toMatch(
    /^application\/json *(; *charset="?utf-8"?)?$/i,
  );
  expect(headers['cache-control'] ?? '', 'nothing about people is cached').toMatch(/\bno-store\b/);
}

/** The one refusal of a person. */
export function expectRefusal(answer: Answer): void {
  expect({ status: answer.status, body: answer.text }).toEqual({
    status: 401,
    body: '{"error":"invalid_credentials"}',
  });
  expectFreshJson(answer);
  expect(answer.headers['www-authenticate'], 'every 401 has a challenge (RFC 9110 §11.6.1)').toBeTruthy();
  expect(answer.headers['www-authenticate'], 'which is not about the internal secret').not.toMatch(
    /invalid_token/,
  );
}

/** What is answered to whoever is not the gateway; 400 is for a header that holds no token (RFC 6750 §3.1). */
export function expectNotTheGateway(answer: Answer): void {
  expect([400, 401]).toContain(answer.status);
  expect(answer.headers['www-authenticate'], 'every 401 has a challenge (RFC 9110 §11.6.1)').toBeTruthy();
  expect(answer.json?.error, 'this is no refusal of a person').not.toBe('invalid_credentials');
  expect(answer.json ?? {}).not.toHaveProperty('sub');
}

/** A success that the gateway can read. */
export function expectReadable(answer: Answer, read: (body: unknown) => ResourceOwner = readOwner): void {
  expect({ status: answer.status, error: answer.json?.error }).toEqual({ status: 200, error: undefined });
  expectFreshJson(answer);
  expect(objectionTo(answer, read), 'what speaks against the answer').toBeUndefined();
}

function objectionTo({ json }: Answer, read: (body: unknown) => ResourceOwner): string | undefined {
  try {
    read(json);
    return undefined;
  } catch (error) {
    if (error instanceof MalformedResponse) return error.message;
    throw error;
  }
}

/** Headers that differ from answer to answer and say nothing. */
const VARYING = new Set([
  'date',
  'x-request-id',
  'x-correlation-id',
  'traceparent',
  'server-timing',
  'connection',
  'keep-alive',
]);

/** All that a stranger can compare of two answers. */
export function visibleOf({ status, headers, text }: Answer): object {
  return { status, text, headers: Object.entries(headers).filter(([name]) => !VARYING.has(name)) };
}
