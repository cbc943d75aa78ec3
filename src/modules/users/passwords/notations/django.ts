import { decodePhcBase64 } from '../schemes/encodings.js';
import { pbkdf2Notation } from '../schemes/pbkdf2.js';
import { scryptNotation } from '../schemes/scrypt.js';
import type { NotationRewrite } from './notation-rewrite.js';

const PBKDF2 = /^pbkdf2_(sha1|sha256)\$([1-9]\d{0,9})\$([^$]{1,128})\$([A-Za-z0-9+/=]{1,100})$/;
const SCRYPT =
  /^scrypt\$([1-9]\d{0,7})\$([^$]{1,128})\$([1-9]\d{0,5})\$([1-9]\d{0,5})\$([A-Za-z0-9+/=]{1,100})$/;

/** `pbkdf2_sha256$iterations$salt$key`: the salt is text, the key padded base64. */
export const djangoPbkdf2: NotationRewrite = (hash) => {
  const [, digest, iterations, salt, encodedKey] = PBKDF2.exec(hash) ?? [];
  const key = decodePhcBase64(encodedKey ?? '');
  if (digest === undefined || salt === undefined || key === undefined) return undefined;
  return pbkdf2Notation({ digest, iterations: Number(iterations), salt: Buffer.from(salt, 'utf8'), key });
};

/** `scrypt$N$salt$r$p$digest`: the salt is text, the digest padded base64. */
export const djangoScrypt: NotationRewrite = (hash) => {
  const [, N, salt, r, p, encodedDigest] = SCRYPT.exec(hash) ?? [];
  const digest = decodePhcBase64(encodedDigest ?? '');
  const logN = Math.log2(Number(N));
  if (salt === undefined || digest === undefined || !Number.isInteger(logN)) return undefined;
  return scryptNotation({ logN, r: Number(r), p: Number(p), salt: Buffer.from(salt, 'utf8'), digest });
};

/** `argon2$argon2id$…` and `bcrypt$$2b$…`: the name of Django's hasher before the usual notation. */
export const djangoPrefix: NotationRewrite = (hash) => {
  const [, argon2, bcrypt] = /^(?:argon2(\$argon2.*)|bcrypt\$(\$2.*))$/.exec(hash) ?? [];
  return argon2 ?? bcrypt;
};
