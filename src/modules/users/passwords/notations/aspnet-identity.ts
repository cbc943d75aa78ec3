import { pbkdf2Notation } from '../schemes/pbkdf2.js';
import type { NotationRewrite } from './notation-rewrite.js';

/** The first byte is 0 or 1, the second any: in version 2 it is the first of the salt. */
const BASE64 = /^A[A-Q][A-Za-z0-9+/]{60,200}={0,2}$/;
/** Version 2 has one set of parameters: SHA-1, 1,000 iterations, 16 bytes of salt, 32 of key. */
const V2 = { length: 49, salt: 16, iterations: 1000 };
/** By the number that version 3 has for them. */
const DIGESTS = ['sha1', 'sha256', 'sha512'];
const V3_HEADER_BYTES = 13;

/** The base64 of ASP.NET Identity's PasswordHasher, versions 2 and 3: a marker, parameters, salt and key. */
export const aspnetIdentity: NotationRewrite = (hash) => {
  if (!BASE64.test(hash)) return undefined;
  const bytes = Buffer.from(hash, 'base64');
  if (bytes.toString('base64') !== hash) return undefined;
  return bytes[0] === 0 ? version2(bytes) : version3(bytes);
};

function version2(bytes: Buffer): string | undefined {
  if (bytes.length !== V2.length) return undefined;
  const salt = bytes.subarray(1, 1 + V2.salt);
  return pbkdf2Notation({
    digest: 'sha1',
    iterations: V2.iterations,
    salt,
    key: bytes.subarray(1 + V2.salt),
  });
}

function version3(bytes: Buffer): string | undefined {
  if (bytes[0] !== 1 || bytes.length < V3_HEADER_BYTES) return undefined;
  const digest = DIGESTS[bytes.readUInt32BE(1)];
  const iterations = bytes.readUInt32BE(5);
  const saltEnd = V3_HEADER_BYTES + bytes.readUInt32BE(9);
  if (digest === undefined || saltEnd >= bytes.length) return undefined;
  return pbkdf2Notation({
    digest,
    iterations,
    salt: bytes.subarray(V3_HEADER_BYTES, saltEnd),
    key: bytes.subarray(saltEnd),
  });
}
