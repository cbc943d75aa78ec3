import { randomInt } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, request } from 'undici';

export interface Credentials {
  username: string;
  password: string;
}

/** The directory that is asked, and what its operator says of it. */
export interface Directory {
  /** An origin. */
  url: string;
  secret: string;
  /** Accepted besides while the secret is exchanged; undefined when it is not. */
  previousSecret: string | undefined;
  /** Whose certificates count, and what this side shows of itself; undefined for Node's defaults. */
  dispatcher: Dispatcher | undefined;
  /** Somebody who may sign in. */
  person: Credentials;
  /** Somebody who was disabled; undefined when there is nobody to try it on. */
  disabled: (Credentials & { sub: string }) | undefined;
}

/** An answer read whole. `json` is what its body says, or undefined where it is no JSON. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: any;
}

interface Question {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path?: string;
  /** The whole Authorization header; null for none, and the right one where it is left out. */
  authorization?: string | null;
  contentType?: string;
  /** Sent as JSON unless it is text. */
  body?: unknown;
}

/** Asks the directory as the gateway does, unless the question says otherwise. */
export async function ask(directory: Directory, question: Question): Promise<Answer> {
  const { method = 'POST', path = '/auth', contentType = 'application/json', body } = question;
  const { authorization = `Bearer ${directory.secret}` } = question;
  const response = await request(new URL(path, directory.url), {
    method,
    headers: {
      ...(authorization === null ? {} : { Authorization: authorization }),
      ...(body === undefined ? {} : { 'Content-Type': contentType }),
    },
    body: body === undefined || typeof body === 'string' ? (body ?? null) : JSON.stringify(body),
    headersTimeout: 10_000,
    ...(directory.dispatcher === undefined ? {} : { dispatcher: directory.dispatcher }),
  });
  const text = await response.body.text();
  return { status: response.statusCode, headers: response.headers, text, json: parsed(text) };
}

/** What the gateway sends of a sign-in; each from another network, so that no limit on one counts them together. */
export function signInOf({ username, password }: Credentials, more: object = {}): object {
  return {
    username,
    password,
    client_id: 'contract-test',
    ip: anAddress(),
    user_agent: 'contract-test',
    ...more,
  };
}

export function signIn(directory: Directory, credentials: Credentials, more: object = {}): Promise<Answer> {
  return ask(directory, { body: signInOf(credentials, more) });
}

export function describePerson(directory: Directory, sub: string): Promise<Answer> {
  return ask(directory, { method: 'GET', path: `/auth/users/${encodeURIComponent(sub)}` });
}

/** An address of a network of its own, for documentation. RFC 3849. */
function anAddress(): string {
  const group = (): string => randomInt(0x1_0000).toString(16);
  return `2001:db8:${group()}:${group()}::${group()}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
