import { pbkdf2Notation } from '../schemes/pbkdf2.js';
import { scryptNotation } from '../schemes/scrypt.js';
import type { NotationRewrite } from './notation-rewrite.js';

const PBKDF2 = /^pbkdf2:(sha1|sha256|sha384|sha512):([1-9]\d{0,9})\$([^$]{1,128})\$((?:[0-9a-f]{2}){16,64})$/;
const SCRYPT =
  /^scrypt:([1-9]\d{0,7}):([1-9]\d{0,5}):([1-9]\d{0,5})\$([^$]{1,128})\$((?:[0-9a-f]{2}){16,64})$/;

/** Flask's `pbkdf2:sha256:iterations$salt$key`: the salt is text, the key hexadecimal. */
export const werkzeugPbkdf2: NotationRewrite = (hash) => {
  const [, digest, iterations, salt, key] = PBKDF2.exec(hash) ?? [];
  if (digest === undefined || salt === undefined || key === undefined) return undefined;
  return pbkdf2Notation({
    digest,
    iterations: Number(iterations),
    salt: Buffer.from(salt, 'utf8'),
    key: Buffer.from(key, 'hex'),
  });
};

/** Flask's `scrypt:N:r:p$salt$digest`: the salt is text, the digest hexadecimal. */
export const werkzeugScrypt: NotationRewrite = (hash) => {
  const [, N, r, p, salt, digest] = SCRYPT.exec(hash) ?? [];
  const logN = Math.log2(Number(N));
  if (salt === undefined || digest === undefined || !Number.isInteger(logN)) return undefined;
  return scryptNotation({
    logN,
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'utf8'),
    digest: Buffer.from(digest, 'hex'),
  });
};
