import { decodePhcBase64 } from '../schemes/encodings.js';
import { pbkdf2Notation } from '../schemes/pbkdf2.js';
import { scryptNotation } from '../schemes/scrypt.js';
import type { NotationRewrite } from './notation-rewrite.js';

/**
 * The parameters stand in Spring's PasswordEncoderFactories, under the id in braces. The key of both has 32 bytes, and
 * the application's secret is empty unless it has set one.
 */
const PBKDF2 = [
  { form: /^\{pbkdf2\}([0-9a-f]{80})$/, digest: 'sha1', iterations: 185_000, saltBytes: 8 },
  {
    form: /^\{pbkdf2@SpringSecurity_v5_8\}([0-9a-f]{96})$/,
    digest: 'sha256',
    iterations: 310_000,
    saltBytes: 16,
  },
];
const SCRYPT =
  /^(?:\{scrypt(?:@SpringSecurity_v5_8)?\})?\$([0-9a-f]{1,2})([0-9a-f]{2})([0-9a-f]{2})\$([A-Za-z0-9+/=]{1,100})\$([A-Za-z0-9+/=]{1,100})$/;

/** `{pbkdf2}…` of a DelegatingPasswordEncoder: salt and key, one after the other, in hexadecimal. */
export const springPbkdf2: NotationRewrite = (hash) => {
  for (const { form, digest, iterations, saltBytes } of PBKDF2) {
    const [, hexadecimal] = form.exec(hash) ?? [];
    if (hexadecimal === undefined) continue;
    const bytes = Buffer.from(hexadecimal, 'hex');
    return pbkdf2Notation({
      digest,
      iterations,
      salt: bytes.subarray(0, saltBytes),
      key: bytes.subarray(saltBytes),
    });
  }
  return undefined;
};

/** `{scrypt}$e0801$salt$digest`: log2 N, r and p are two hexadecimal digits each. */
export const springScrypt: NotationRewrite = (hash) => {
  const [, logN = '', r = '', p = '', encodedSalt = '', encodedDigest = ''] = SCRYPT.exec(hash) ?? [];
  const salt = decodePhcBase64(encodedSalt);
  const digest = decodePhcBase64(encodedDigest);
  if (logN === '' || salt === undefined || digest === undefined) return undefined;
  return scryptNotation({
    logN: Number.parseInt(logN, 16),
    r: Number.parseInt(r, 16),
    p: Number.parseInt(p, 16),
    salt,
    digest,
  });
};
