import { createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, signIn } from '../support/http.js';
import { decodeJwt, theServersKey } from '../support/jwt.js';
import { aConfidentialClient, aPerson } from '../support/mothers.js';
import { type TestServer, startServer } from '../support/server.js';

const JWKS = '/.well-known/jwks.json';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server?.close());

async function keys(): Promise<Record<string, string>[]> {
  return (await call(server, JWKS)).json.keys;
}

describe('RFC 7517 §4 and §5: the key set', () => {
  it('is JSON that caches keep for as long as it says', async () => {
    const { status, headers, json } = await call(server, JWKS);
    expect(status).toBe(200);
    expect(headers.get('Content-Type')).toMatch(/^application\/(json|jwk-set\+json)\b/);
    expect(headers.get('Cache-Control')).toMatch(/\bmax-age=[1-9]\d*/);
    expect(headers.has('Set-Cookie')).toBe(false);
    expect(Object.keys(json)).toEqual(['keys']);
  });

  it('gives each key an id of its own, a use and one algorithm (§4.2, §4.4, §4.5)', async () => {
    const published = await keys();
    expect(published.map(({ alg }) => alg).toSorted()).toEqual(['ES256', 'RS256']);
    expect(new Set(published.map(({ kid }) => kid)).size).toBe(published.length);
    expect(published.every(({ use }) => use === 'sig')).toBe(true);
  });

  it('publishes the public members and nothing of a private key (§9.2)', async () => {
    for (const key of await keys()) {
      const own = key.kty === 'EC' ? ['crv', 'x', 'y'] : ['n', 'e'];
      expect(Object.keys(key).toSorted()).toEqual(['kty', 'kid', 'use', 'alg', ...own].toSorted());
    }
  });

  it('has strong keys: P-256, and RSA of 3072 bits with the exponent 65537', async () => {
    const published = await keys();
    expect(published.find(({ kty }) => kty === 'EC')).toMatchObject({ crv: 'P-256' });
    const rsa = published.find(({ kty }) => kty === 'RSA')!;
    expect(createPublicKey({ key: rsa, format: 'jwk' }).asymmetricKeyDetails).toMatchObject({
      modulusLength: 3072,
      publicExponent: 65_537n,
    });
  });

  it('names keys by their thumbprint (RFC 7638 §3)', async () => {
    for (const key of await keys()) expect(await calculateJwkThumbprint(key)).toBe(key.kid);
  });

  it('holds the key of every token', async () => {
    const published = new Set((await keys()).map(({ kid }) => kid));
    for (const signingAlgorithm of ['ES256', 'RS256'] as const) {
      const client = await aConfidentialClient(server, { signingAlgorithm });
      const { json } = await signIn(server, client, await aPerson(server));
      expect(published).toContain(decodeJwt(json.access_token).header.kid);
    }
  });
});

describe('RFC 7517 §9.2: private keys at rest', () => {
  it('are stored encrypted', async () => {
    const rows: { kid: string; sealed_private_key: Buffer; public_jwk: object }[] = await server.app
      .get(DataSource)
      .query('SELECT * FROM signing_keys');
    expect(rows).toHaveLength(2);
    for (const algorithm of ['ES256', 'RS256'] as const) {
      const { kid, privateKey } = await theServersKey(server, algorithm);
      const row = rows.find((stored) => stored.kid === kid)!;
      const { d } = privateKey.export({ format: 'jwk' });
      expect(row.sealed_private_key.includes(Buffer.from(d!, 'base64url'))).toBe(false);
      expect(JSON.stringify(row)).not.toContain(d);
      expect(row.public_jwk).not.toHaveProperty('d');
    }
  });

  it('never reach the log', async () => {
    const { privateKey } = await theServersKey(server);
    const log = server.logs.join('\n');
    expect(log).not.toContain(privateKey.export({ format: 'jwk' }).d);
    expect(log).not.toContain('PRIVATE KEY');
  });
});
