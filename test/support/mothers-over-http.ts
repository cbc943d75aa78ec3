import { randomBytes } from 'node:crypto';
import type { Administration } from './administration.js';
import { PASSWORD, type TestClient, type TestPerson } from './mothers.js';

/** What mothers.ts makes inside the process, made by the administration routes of a server in another one. */
export async function aRegisteredClient(
  administration: Administration,
  registration: Record<string, unknown> = {},
): Promise<TestClient> {
  const { json } = await made(administration, '/admin/clients', {
    client_name: 'Test client',
    first_party: true,
    grant_types: ['password', 'refresh_token'],
    scope: 'profile account resources:read resources:write',
    ...registration,
  });
  return { id: json.client_id, secret: json.client_secret };
}

export async function aRegisteredPerson(administration: Administration): Promise<TestPerson> {
  const username = `person-${randomBytes(4).toString('hex')}`;
  const { json } = await made(administration, '/admin/users', { username, password: PASSWORD });
  return { sub: json.id, username, password: PASSWORD };
}

async function made(administration: Administration, path: string, body: object): Promise<{ json: any }> {
  const answer = await administration('POST', path, body);
  if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status} ${answer.text}`);
  return answer;
}
