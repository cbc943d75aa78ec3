/**
 * The longest text, in UTF-16 units, that is worth canonicalising. A username has at most 128 code points,
 * which even fully decomposed stay far below this; normalisation is quadratic in runs of combining marks, and
 * takes seconds for 64 KiB of them.
 */
const LONGEST = 1024;

/** No text is known to need more than three rounds, the last of which only sees that nothing changed. */
const MAX_ROUNDS = 5;

/**
 * LATIN SMALL LETTER DOTLESS I. Upper-casing makes it I and so a plain i, but in Azerbaijani and Turkish it
 * is another letter.
 */
const DOTLESS_I = '\u0131';

/**
 * The form usernames are compared and stored unique in: NFKC and case folding, without a locale (in the
 * spirit of RFC 8265 §3.3). Idempotent. Text too long to be a username comes back unchanged, so that a
 * stranger cannot buy seconds of normalisation.
 */
export function canonicalUsername(username: string): string {
  if (username.length > LONGEST) return username;

  // Folding can leave something to normalise, and normalising something to fold.
  let canonical = username;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = canonical;
    canonical = foldCase(canonical.normalize('NFKC')).normalize('NFKC');
    if (canonical === before) break;
  }
  return canonical;
}

/**
 * Folds one code point at a time: what a letter becomes depends on nothing beside it (a whole string would
 * turn a last Σ into ς). Lower case comes first because ẞ has no other way to ss: it is an upper-case letter
 * already, while ß becomes SS.
 */
function foldCase(text: string): string {
  let folded = '';
  for (const letter of text) {
    folded += letter === DOTLESS_I ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
  }
  return folded;
}
