import { Agent, type ClientRequest, request } from 'node:http';
import { basic } from './http.js';
import type { TestClient } from './mothers.js';

/** A form-encoded POST, not sent yet. */
export interface Shot {
  origin: string;
  path: string;
  client: TestClient;
  form: Record<string, string>;
  headers?: Record<string, string>;
}

/** What came back, or nothing where the connection broke first. */
export type Hit = { status: number; json: any } | undefined;

const agent = new Agent({ keepAlive: true });

/**
 * Sends requests that arrive together: each is written up to its last byte, and only when every connection stands and
 * has taken that much do the last bytes go out.
 */
export async function volley(shots: readonly Shot[]): Promise<Hit[]> {
  const loaded = await Promise.all(shots.map(load));
  for (const { release } of loaded) release();
  return Promise.all(loaded.map(({ hit }) => hit));
}

async function load({
  origin,
  path,
  client,
  form,
  headers = {},
}: Shot): Promise<{ release: () => void; hit: Promise<Hit> }> {
  const body = new URLSearchParams(form).toString();
  const outgoing = request(`${origin}${path}`, {
    method: 'POST',
    agent,
    headers: {
      Authorization: basic(client),
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': body.length,
      ...headers,
    },
  });
  const hit = hitOf(outgoing);
  await new Promise((resolve) => {
    outgoing.once('error', resolve);
    outgoing.write(body.slice(0, -1), resolve);
  });
  return { release: () => outgoing.end(body.slice(-1)), hit };
}

function hitOf(outgoing: ClientRequest): Promise<Hit> {
  return new Promise((resolve) => {
    outgoing.once('error', () => resolve(undefined));
    outgoing.once('response', (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.once('error', () => resolve(undefined));
      response.once('end', () => resolve({ status: response.statusCode!, json: JSON.parse(text) }));
    });
  });
}
