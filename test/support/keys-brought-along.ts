import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import type { Forgeries, IssuerKeys } from './forgeries.js';
import { type DecodedJwt, signedWith } from './jwt.js';

/**
 * Keys that a token brings along or points to. RFC 8725 §3.10.
 * @param port where connections would be counted
 */
export function withKeysBroughtAlong(
  { header, claims }: DecodedJwt,
  { ec }: IssuerKeys,
  port: number,
): Forgeries {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = own.publicKey.export({ format: 'jwk' });
  const x5c = [own.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')];
  const { host, origin } = new URL(claims.iss);
  const signed = (changes: object, key = own.privateKey): string =>
    signedWith(key, { ...header, ...changes }, claims);
  const urls = [
    `http://127.0.0.1:${port}/jwks.json`,
    `https://127.0.0.1:${port}/jwks.json`,
    `http://${host}@127.0.0.1:${port}/`,
    `http://${host}.localhost:${port}/`,
    `${origin}/docs?redirect=http://127.0.0.1:${port}/`,
  ];
  return {
    ...Object.fromEntries(
      urls.flatMap((url) => [
        [`jku ${url}`, signed({ jku: url, kid: 'elsewhere' })],
        [`x5u ${url}`, signed({ x5u: url, kid: 'elsewhere' })],
        [`kid ${url}`, signed({ kid: url })],
      ]),
    ),
    'jwk with a matching signature': signed({ jwk }),
    'jwk without a kid': signed({ jwk, kid: undefined }),
    'x5c with a matching signature': signed({ x5c }),
    'jku beside the issuer’s own signature': signed({ jku: urls[0] }, ec.privateKey),
    'jwk beside the issuer’s own signature': signed({ jwk }, ec.privateKey),
  };
}

/** Counts the connections that are made to a port of its own while `work` goes on. */
export async function connectionsDuring(work: (port: number) => Promise<void>): Promise<number> {
  let connections = 0;
  const listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };
  try {
    await work(port);
    return connections;
  } finally {
    await new Promise((resolve) => listener.close(resolve));
  }
}
