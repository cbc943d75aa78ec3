import { loadUndici } from '../../../platform/http-client/undici.js';
import { skipInterimResponses } from '../../../platform/http-client/used-connection.js';
import type { Upstream } from '../routes/route.js';

/** Whoever loads the page waits for it. */
const TIMEOUT_MS = 2_000;
const MAX_BYTES = 2 * 2 ** 20;

/**
 * What a server answers at /docs-json, asked over TLS in the way of the route that leads there.
 * @throws Error when it is away, has no such document, takes too long or says too much
 */
export async function requestDocument(origin: string, tls: Upstream['tls']): Promise<string> {
  skipInterimResponses();
  const { Client } = loadUndici();
  const client = new Client(origin, {
    allowH2: false,
    maxResponseSize: MAX_BYTES,
    connect: {
      timeout: TIMEOUT_MS,
      rejectUnauthorized: true,
      ca: tls?.ca,
      cert: tls?.certificate,
      key: tls?.key,
      servername: tls?.serverName,
    },
  });
  try {
    const { statusCode, body } = await client.request({
      method: 'GET',
      path: '/docs-json',
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (statusCode !== 200) throw new Error(`the answer was ${statusCode}`);
    return await body.text();
  } finally {
    await client.destroy();
  }
}
