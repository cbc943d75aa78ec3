import { randomBytes } from 'node:crypto';
import { type Answer, type Served, bearer, signIn } from './http.js';
import { PASSWORD, type TestClient, type TestPerson } from './mothers.js';
import { ADMINISTRATOR, FIRST_CLIENT } from './server.js';

const SCOPE = 'users:read users:write clients:read clients:write sessions:read sessions:write';

/** Makes over HTTP what the mothers make inside the process, for servers that run in another one. */
export interface Administrator {
  aClient(registration?: Record<string, unknown>): Promise<TestClient>;
  aPerson(): Promise<TestPerson>;
  get(path: string): Promise<Answer>;
  patch(path: string, body: object): Promise<Answer>;
  post(path: string, body: object): Promise<Answer>;
}

/** Signs the administrator in. */
export async function anAdministrator(served: Served): Promise<Administrator> {
  const { status, text, json } = await signIn(served, FIRST_CLIENT, ADMINISTRATOR, SCOPE);
  if (status !== 200) throw new Error(`The administrator could not sign in: ${status} ${text}`);
  const token: string = json.access_token;
  const send = async (method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await bearer(served, token, path, { method, body });
    if (answer.status >= 400) throw new Error(`${method} ${path} answered ${answer.status} ${answer.text}`);
    return answer;
  };
  return {
    async aClient(registration = {}) {
      const { json: client } = await send('POST', '/admin/clients', {
        client_name: 'Test client',
        first_party: true,
        grant_types: ['password', 'refresh_token'],
        scope: 'profile account resources:read resources:write',
        ...registration,
      });
      return { id: client.client_id, secret: client.client_secret };
    },
    async aPerson() {
      const username = `person-${randomBytes(4).toString('hex')}`;
      const { json: person } = await send('POST', '/admin/users', { username, password: PASSWORD });
      return { sub: person.id, username, password: PASSWORD };
    },
    get: (path) => send('GET', path),
    patch: (path, body) => send('PATCH', path, body),
    post: (path, body) => send('POST', path, body),
  };
}
