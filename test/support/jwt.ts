import { type KeyObject, createHmac, createPublicKey, sign } from 'node:crypto';
import { SigningKeyRing } from '../../src/modules/tokens/index.js';
import type { SigningAlgorithm } from '../../src/protocol/signing-algorithms.js';
import type { TestServer } from './server.js';

/** A compact JWS taken apart (RFC 7515 §3.1), unverified. */
export interface DecodedJwt {
  header: Record<string, any>;
  claims: Record<string, any>;
  signature: Buffer;
}

export function decodeJwt(token: string): DecodedJwt {
  const [header = '', claims = '', signature = ''] = token.split('.');
  return {
    header: JSON.parse(Buffer.from(header, 'base64url').toString()),
    claims: JSON.parse(Buffer.from(claims, 'base64url').toString()),
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** Base64url of bytes, of text as it stands, or of a value's JSON. */
export function encode(part: unknown): string {
  const bytes = part instanceof Uint8Array || typeof part === 'string' ? part : JSON.stringify(part);
  return Buffer.from(bytes as string).toString('base64url');
}

/** What a signature is made over. RFC 7515 §5.1. */
export function signingInput(header: unknown, claims: unknown): string {
  return `${encode(header)}.${encode(claims)}`;
}

export function unsigned(header: unknown, claims: unknown, signature = ''): string {
  return `${signingInput(header, claims)}.${signature}`;
}

/** Signs by hand what no library would: any header, any payload. SHA-256 with the key's own scheme. */
export function signedWith(key: KeyObject, header: unknown, claims: unknown): string {
  const input = signingInput(header, claims);
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** An HMAC under whatever bytes are passed for a secret. RFC 7518 §3.2. */
export function macedWith(
  secret: string | Uint8Array,
  algorithm: 'HS256' | 'HS384' | 'HS512',
  header: object,
  claims: unknown,
): string {
  const input = signingInput({ ...header, alg: algorithm }, claims);
  const mac = createHmac(`sha${algorithm.slice(2)}`, secret).update(input);
  return `${input}.${mac.digest('base64url')}`;
}

/** A key that the server really signs with. */
export async function theServersKey(
  server: TestServer,
  algorithm: SigningAlgorithm = 'ES256',
): Promise<{ privateKey: KeyObject; publicKey: KeyObject; kid: string }> {
  const { privateKey, kid } = await server.app.get(SigningKeyRing).current(algorithm);
  return { privateKey, publicKey: createPublicKey(privateKey), kid };
}
