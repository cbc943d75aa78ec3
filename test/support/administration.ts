import { expect } from 'vitest';
import { type Answer, type Served, bearer, signIn } from './http.js';
import { ADMINISTRATOR, FIRST_CLIENT } from './server.js';

/** Every scope that only an administrator may hold. */
export const ADMINISTRATION_SCOPES = [
  'users:read',
  'users:write',
  'clients:read',
  'clients:write',
  'sessions:read',
  'sessions:write',
] as const;

/** Calls an administration route; refusals come back as answers. */
export type Administration = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** The administration routes as the first administrator reaches them. */
export async function administrationOf(server: Served): Promise<Administration> {
  const { json } = await signIn(server, FIRST_CLIENT, ADMINISTRATOR, ADMINISTRATION_SCOPES.join(' '));
  const token: string = json.access_token;
  return (method, path, body) => bearer(server, token, path, { method, body });
}

/** A refusal by RFC 9457 that names these members of the body. */
export function expectRefusedMembers(answer: Answer, ...members: string[]): void {
  const pointers = (answer.json?.errors ?? []).map(({ pointer }: { pointer: string }) => pointer);
  expect({ status: answer.status, members: [...new Set(pointers)] }).toEqual({
    status: 400,
    members: members.map((member) => `/${member}`),
  });
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json\b/);
}
