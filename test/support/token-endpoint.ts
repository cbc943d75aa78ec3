import { type MockInstance, expect, vi } from 'vitest';
import { HashingQueue } from '../../src/modules/users/passwords/hashing-queue.js';
import { type Answer, basic, post } from './http.js';
import type { TestClient, TestPerson } from './mothers.js';
import type { TestServer } from './server.js';
import { expectOAuthError } from './verdicts.js';

export type Form = Record<string, string>;

/** A way in which a client with a secret may authenticate. RFC 6749 §2.3.1. */
export interface SecretMethod {
  method: 'client_secret_basic' | 'client_secret_post';
  /** Scheme of the challenge that refuses it: only who used Basic sees a Basic one. */
  challenge: 'Basic' | 'ClientSecret';
  send: (
    server: TestServer,
    client: TestClient,
    form: Form,
    headers?: Record<string, string>,
    path?: string,
  ) => Promise<Answer>;
}

/** The methods that every suite about clients with a secret runs over. */
export const SECRET_METHODS: readonly SecretMethod[] = [
  {
    method: 'client_secret_basic',
    challenge: 'Basic',
    send: (server, client, form, headers = {}, path = '/token') =>
      post(server, path, undefined, form, { Authorization: basic(client), ...headers }),
  },
  {
    method: 'client_secret_post',
    challenge: 'ClientSecret',
    send: (server, { id, secret = '' }, form, headers = {}, path = '/token') =>
      post(server, path, undefined, { ...form, client_id: id, client_secret: secret }, headers),
  },
];

/** The form of the password grant. RFC 6749 §4.3.2. */
export function passwordForm(
  { username, password }: Pick<TestPerson, 'username' | 'password'>,
  more: Form = {},
): Form {
  return { grant_type: 'password', username, password, ...more };
}

/** A success of the token endpoint: RFC 6749 §5.1, and nothing beside it. */
export function expectTokens(answer: Answer): void {
  expect({ status: answer.status, error: answer.json?.error }).toEqual({ status: 200, error: undefined });
  const known = ['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope'];
  expect(Object.keys(answer.json).filter((member) => !known.includes(member))).toEqual([]);
  expect(answer.json).toMatchObject({ token_type: 'Bearer', access_token: expect.any(String) });
  expect(Number.isInteger(answer.json.expires_in) && answer.json.expires_in > 0).toBe(true);
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/json\b/);
  expect(answer.headers.get('Cache-Control')).toBe('no-store');
  expect(answer.headers.get('Pragma')).toBe('no-cache');
}

/** A client that was not authenticated: 401, and the challenge that every 401 carries. RFC 9110 §11.6.1. */
export function expectInvalidClient(answer: Answer, challenge: 'Basic' | 'ClientSecret'): void {
  expectOAuthError(answer, 'invalid_client', 401);
  expect(answer.headers.get('WWW-Authenticate')).toBe(`${challenge} realm="grantway"`);
}

/** What a stranger can compare of two answers: all but the moment and the request's id. */
export function visibleOf({ status, headers, text }: Answer): object {
  const varying = new Set(['date', 'x-request-id']);
  return { status, text, headers: [...headers].filter(([name]) => !varying.has(name)) };
}

/** Watches every password hash that the server computes: each one passes the queue. */
export function watchHashing(server: TestServer): MockInstance {
  return vi.spyOn(server.app.get(HashingQueue), 'run');
}
