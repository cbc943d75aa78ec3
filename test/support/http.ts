import type { TestClient, TestPerson } from './mothers.js';

/** Whatever serves: a test server in this process, or an instance in its own. */
export interface Served {
  origin: string;
}

/** An answer read whole. `json` is what its body says, or undefined where it is no JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: any;
}

/** `Authorization: Basic` as RFC 6749 §2.3.1 has it. */
export function basic({ id, secret }: { id: string; secret: string | undefined }): string {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret ?? '')}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

export async function call(server: Served, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${server.origin}${path}`, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

/** A form-encoded POST by a client that authenticates with Basic. `body` may be a ready string. */
export async function post(
  server: Served,
  path: string,
  client: TestClient | undefined,
  body: string | Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return call(server, path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(client === undefined ? {} : { Authorization: basic(client) }),
      ...headers,
    },
    body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
  });
}

/** The password grant. */
export async function signIn(
  server: Served,
  client: TestClient,
  person: Pick<TestPerson, 'username' | 'password'>,
  scope?: string,
): Promise<Answer> {
  return post(server, '/token', client, {
    grant_type: 'password',
    username: person.username,
    password: person.password,
    ...(scope === undefined ? {} : { scope }),
  });
}

export async function refresh(
  server: Served,
  client: TestClient | undefined,
  refreshToken: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  return post(server, '/token', client, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...more,
  });
}

/** A request with a bearer token; `body` is sent as JSON. */
export async function bearer(
  server: Served,
  token: string,
  path: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return call(server, path, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
