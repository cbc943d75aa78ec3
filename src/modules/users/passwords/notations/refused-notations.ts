const NEW_PASSWORD = 'Create the user without password_hash, and with a new password.';

/** Notations that people try and that cannot be taken over: how they look, what they are, and why not. */
const REFUSED: readonly [form: RegExp, sentence: string][] = [
  [
    /^\$[PHS]\$/,
    'This is a hash of PHPass (WordPress up to 6.7, phpBB, Drupal 7), which is too weak to keep.',
  ],
  [
    /^(?:\{crypt\})?\$(?:1|3|5|6|apr1|md5|sha1|y|gy|2x|2)[$,]/i,
    'This is a hash of crypt(3) in a format other than bcrypt ($2a$, $2b$, $2y$), which is not supported.',
  ],
  [
    /^\{crypt\}/i,
    'This is a hash of crypt(3) in a format other than bcrypt ($2a$, $2b$, $2y$), which is not supported.',
  ],
  [
    /^\{(?:s?sha(?:-?\d+)?|s?md[45]|nthash|lanman|sasl|md[45]-?crypt)\}/i,
    'This is a single digest (SSHA, SHA, SMD5, MD5), which is too weak to keep.',
  ],
  [
    /^\{(?:noop|plain|cleartext|ldap)\}/i,
    'This is a password in clear text, or the name of a directory entry, and not a hash.',
  ],
  [
    /^\$?(?:\{?firebase|\$?firescrypt)|^[A-Za-z0-9+/_-]{86}==$/i,
    'This is a hash of Firebase’s variant of scrypt, which depends on a key of the Firebase project.',
  ],
  [/^$/, 'The hash is empty.'],
  [/^!/, 'This is Django’s mark for a user without a password, and not a hash.'],
  [/^\*[0-9A-F]{40}$/i, 'This is a hash of MySQL’s mysql_native_password, which is an unsalted digest.'],
  [/^(?:md5[0-9a-f]{32}|SCRAM-SHA-)/i, 'This is a hash that a database keeps for its own accounts.'],
  [
    /^(?:0x)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})(?::[^$]*)?$/i,
    'This is a hexadecimal digest (MD5, SHA-1, SHA-256 and so on), which is too weak to keep.',
  ],
  [
    /^(?:un)?salted_|^(?:md5|sha1|sha256|sha512)\$/i,
    'This is a single digest (MD5, SHA-1, SHA-256 and so on), which is too weak to keep.',
  ],
  [/^\$bcrypt-sha256\$/, 'This is a hash of passlib’s bcrypt-sha256, which is not supported.'],
  [/^[./A-Za-z0-9]{13}$/, 'This is a hash of DES crypt, which is too weak to keep.'],
];

/** A sentence on what the hash is and what to do instead, or `undefined` when it is none of these. */
export function refusedNotation(hash: string): string | undefined {
  const sentence = REFUSED.find(([form]) => form.test(hash))?.[1];
  return sentence === undefined ? undefined : `${sentence} ${NEW_PASSWORD}`;
}
