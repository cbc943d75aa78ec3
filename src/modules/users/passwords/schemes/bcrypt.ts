import { verify as bcryptVerify } from '@node-rs/bcrypt';
import type { PasswordScheme } from './password-scheme.js';

const COST = { least: 4, most: 15 };

/** bcrypt reads this many bytes of a password and ignores the rest. */
const BYTES_READ = 72;

/**
 * bcrypt, for hashes that were made elsewhere.
 *
 * Two kinds of password never match, although bcrypt would say so: of one longer than 72 bytes it compares
 * the first 72 alone, so that any ending would do; and one with a NUL in it may be the same to bcrypt as one
 * without. Both cost what any other does, so that an answer's time does not tell them apart.
 */
export const bcrypt: PasswordScheme = {
  matches: (hash) => /^\$2[aby]\$/.test(hash),

  async verify(hash, password) {
    if (bcrypt.checkImport(hash) !== undefined) return false;
    const matches = await bcryptVerify(password, hash);
    return matches && Buffer.byteLength(password, 'utf8') <= BYTES_READ && !password.includes('\0');
  },

  checkImport(hash) {
    const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash) ?? [];
    if (cost === undefined) return 'The bcrypt hash is malformed.';
    if (Number(cost) < COST.least || Number(cost) > COST.most) {
      return `The bcrypt hash must have a cost of ${COST.least} to ${COST.most}.`;
    }
    return undefined;
  },
};
