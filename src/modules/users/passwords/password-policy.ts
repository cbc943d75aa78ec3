import { canonicalUsername } from '../usernames/canonical-username.js';
import { FEW_GUESSES, estimateGuesses, isListed } from './guesses.js';
import { isHashable, normalizePassword } from './normalize-password.js';

/**
 * The shortest new password, in code points (NIST SP 800-63B-4 §3.1.1.2, where a password is the only
 * factor).
 */
export const MIN_PASSWORD_LENGTH = 15;
/** The longest new password, in code points. */
export const MAX_PASSWORD_LENGTH = 1024;

/** Longer than nearly all that lists of common passwords hold: from here on only the listed ones themselves are refused. */
const LONGEST_ESTIMATED = 32;

/** A password that repeats something of at most this many characters is as good as that something. */
const LONGEST_REPEATED_UNIT = 8;

/**
 * What a client cannot send to the token endpoint (RFC 6749 Appendix A.16): whoever chose it could never sign
 * in.
 */
const CANNOT_BE_SENT = /[^\t\u0020-\u007e\u0080-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Says in plain English why a person must not take this password, or `undefined` when nothing speaks against
 * it. There are no composition rules (NIST SP 800-63B-4 §3.1.1.2): a length, not the username, and not among the
 * most common ones. Never repeats the password.
 */
export function checkNewPassword({
  password,
  username,
}: {
  password: string;
  username: string;
}): string | undefined {
  // Also keeps from the rest what would be slow to normalise.
  if (!isHashable(password)) return TOO_LONG;

  const characters = Array.from(normalizePassword(password));
  if (characters.length < MIN_PASSWORD_LENGTH) return TOO_SHORT;
  if (characters.length > MAX_PASSWORD_LENGTH) return TOO_LONG;
  if (CANNOT_BE_SENT.test(password)) return 'The password must not contain control characters.';

  const texts = [characters, repeatedUnit(characters)].map((text) => canonicalUsername(text.join('')));
  const [whole = '', unit = ''] = texts;
  const name = canonicalUsername(username);
  if (texts.some((text) => text === name || text === name.split('@')[0])) {
    return 'The password must not be the username.';
  }
  if (isCommon(whole)) return TOO_COMMON;
  if (characters.length <= LONGEST_ESTIMATED && isOfTheCommonKind(unit)) return TOO_COMMON;
  return undefined;
}

/** Whether the password is a listed one, as it stands there or dressed up with separators. */
function isCommon(password: string): boolean {
  const lettersAndDigits = password.replaceAll(NEITHER_LETTER_NOR_DIGIT, '');
  // A short word between many symbols is no common password any more.
  const isDressedUp = lettersAndDigits.length > password.length / 2;
  return isListed(password) || (isDressedUp && isListed(lettersAndDigits));
}

/**
 * Whether the password is of the kind that fills lists of common passwords: without any separator, and made of words
 * from those lists, sequences or repetitions. Refusing more would be a composition rule by another name.
 */
function isOfTheCommonKind(unit: string): boolean {
  if (unit.search(NEITHER_LETTER_NOR_DIGIT) >= 0) return false;
  return Array.from(unit).length <= LONGEST_REPEATED_UNIT || estimateGuesses(unit) <= FEW_GUESSES;
}

const NEITHER_LETTER_NOR_DIGIT = /[^\p{L}\p{N}]/gu;
const TOO_SHORT = `The password must have at least ${MIN_PASSWORD_LENGTH} characters.`;
const TOO_LONG = `The password must have at most ${MAX_PASSWORD_LENGTH} characters, all of them valid Unicode.`;
const TOO_COMMON =
  'The password is too easy to guess: it is made of common passwords, sequences or repetitions. ' +
  'Three or four unrelated words are better.';

/**
 * What a text begins with and then repeats to its end, the last time perhaps in part; the whole text when it
 * repeats nothing.
 */
function repeatedUnit(characters: readonly string[]): readonly string[] {
  for (let length = 1; length <= Math.max(LONGEST_REPEATED_UNIT, characters.length / 2); length++) {
    if (characters.every((character, index) => index < length || character === characters[index - length])) {
      return characters.slice(0, length);
    }
  }
  return characters;
}
