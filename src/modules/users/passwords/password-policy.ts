import { canonicalUsername } from '../usernames/canonical-username.js';
import { MAX_ESTIMATED_LENGTH, estimateGuesses } from './guess-estimate.js';
import { isHashable, normalizePassword } from './normalize-password.js';
import { personalWords } from './personal-words.js';

/**
 * The shortest new password, in code points (NIST SP 800-63B-4 §3.1.1.2, where a password is the only
 * factor).
 */
export const MIN_PASSWORD_LENGTH = 15;
/** The longest new password, in code points. */
export const MAX_PASSWORD_LENGTH = 1024;

/** A password that takes fewer guesses is refused: zxcvbn's limit of its highest score. See docs/decisions/0018. */
const MIN_GUESSES = 1e10;

/** An attacker who leaves separators out has to guess each of them still: one of the 33 of ASCII. */
const GUESSES_FOR_A_SEPARATOR = 33;
const SEPARATOR = /[^\p{L}\p{N}\p{M}]/u;

/**
 * What a client cannot send to the token endpoint (RFC 6749 Appendix A.16): whoever chose it could never sign
 * in.
 */
const CANNOT_BE_SENT = /[^\t\u0020-\u007e\u0080-\ufffd\u{10000}-\u{10ffff}]/u;

/** Which new passwords are refused. No composition rules (NIST SP 800-63B-4 §3.1.1.2): a length, and not easy to guess. */
export class PasswordPolicy {
  /** @param serviceNames how users call this service, such as its host name */
  constructor(private readonly serviceNames: readonly string[]) {}

  /** @param issuer whose host name is a name of the service; none where it is not a URL */
  static ofIssuer(issuer: string): PasswordPolicy {
    const names = URL.canParse(issuer) ? [new URL(issuer).hostname] : [];
    return new PasswordPolicy(['grantway', ...names]);
  }

  /**
   * Says in plain English why a user must not take this password, and how to improve it; `undefined` if it is
   * acceptable. Never repeats the password.
   * @param personal the user's username, name and e-mail address
   */
  async objectionTo(password: string, personal: readonly (string | null)[]): Promise<string | undefined> {
    // Also keeps from the rest what would be slow to normalise.
    if (!isHashable(password)) return TOO_LONG;

    const characters = Array.from(normalizePassword(password));
    if (characters.length < MIN_PASSWORD_LENGTH) return TOO_SHORT;
    if (characters.length > MAX_PASSWORD_LENGTH) return TOO_LONG;
    if (CANNOT_BE_SENT.test(password)) return 'The password must not contain control characters.';

    const words = personalWords([...personal, ...this.serviceNames]);
    if ((await guessesFor(characters, words)) >= MIN_GUESSES) return undefined;
    const canonical = canonicalUsername(characters.join(''));
    return words.some((word) => canonical.includes(word)) ? TOO_PERSONAL : TOO_COMMON;
  }
}

/** As it is written, or with its separators left out, whichever is guessed sooner. */
async function guessesFor(characters: readonly string[], words: readonly string[]): Promise<number> {
  const asWritten = await guessesForText(characters, words);
  const separators = new Set(characters.filter((character) => SEPARATOR.test(character)));
  if (asWritten < MIN_GUESSES || separators.size === 0) return asWritten;
  const letters = characters.filter((character) => !SEPARATOR.test(character));
  return (await guessesForText(letters, words)) * GUESSES_FOR_A_SEPARATOR ** separators.size;
}

/** A long text is as hard to guess as what it repeats, or else as the harder one of its beginning and its end. */
async function guessesForText(characters: readonly string[], words: readonly string[]): Promise<number> {
  const text = characters.length > MAX_ESTIMATED_LENGTH ? repeatedUnit(characters) : characters;
  const ends = [text.slice(0, MAX_ESTIMATED_LENGTH), text.slice(-MAX_ESTIMATED_LENGTH)];
  const texts = new Set(ends.map((end) => canonicalUsername(end.join(''))));
  const guesses = await Promise.all([...texts].map((end) => estimateGuesses(end, words)));
  return Math.max(...guesses);
}

/** What a text begins with and then repeats to its end, the last time perhaps in part; the text when it repeats nothing. */
function repeatedUnit(characters: readonly string[]): readonly string[] {
  for (let length = 1; length <= MAX_ESTIMATED_LENGTH; length++) {
    if (characters.every((character, index) => index < length || character === characters[index - length])) {
      return characters.slice(0, length);
    }
  }
  return characters;
}

const TOO_SHORT = `The password must have at least ${MIN_PASSWORD_LENGTH} characters.`;
const TOO_LONG = `The password must have at most ${MAX_PASSWORD_LENGTH} characters, all of them valid Unicode.`;
const ADVICE = 'Three or four unrelated words are better.';
const TOO_COMMON =
  'The password is too easy to guess: it is made of common passwords, words, sequences or repetitions. ' +
  ADVICE;
const TOO_PERSONAL =
  'The password is too easy to guess: it is built around the username, the name, the e-mail address or the name of ' +
  `this service. ${ADVICE}`;
