import { canonicalUsername } from './canonical-username.js';
import { isInOneWritingSystem } from './username-scripts.js';

/** The longest username, in code points, as it is written and in its canonical form alike. */
export const MAX_USERNAME_LENGTH = 128;

/** Any white space but single spaces between words: `userpart *(1*SP userpart)` of RFC 8265 §3.1, more strictly. */
const MISPLACED_SPACE = /^ | $| {2}|(?! )\p{White_Space}/u;
/**
 * Control, format, surrogate, private-use and unassigned code points, what is drawn as nothing, and the blank
 * braille cell.
 */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u;
const BEGINS_WITH_A_MARK = /(?:^| )\p{M}/u;

/**
 * Says in plain English why a person must not be given this username, or `undefined` when nothing speaks
 * against it. Both the text and its canonical form have to pass: some characters hide a space or another
 * script until NFKC spells them out.
 */
export function checkNewUsername(username: string): string | undefined {
  // 128 code points decomposed stay well below this; longer text is not worth normalising (see
  // canonicalUsername).
  if (username.length > 8 * MAX_USERNAME_LENGTH) return TOO_LONG;

  const written = username.normalize('NFC');
  const canonical = canonicalUsername(written);
  // Some characters are a space and a mark under NFKC: the reader does not see that the name has two words.
  if (spacesIn(canonical) > spacesIn(written)) return MISPLACED;
  return reasonAgainst(written) ?? reasonAgainst(canonical);
}

function spacesIn(text: string): number {
  return text.split(' ').length - 1;
}

const MISPLACED = 'The username must not contain spaces other than single ones between words.';

const TOO_LONG = `The username must have at most ${MAX_USERNAME_LENGTH} characters.`;

function reasonAgainst(username: string): string | undefined {
  if (username === '') return 'The username must not be empty.';
  if (Array.from(username).length > MAX_USERNAME_LENGTH) return TOO_LONG;
  if (MISPLACED_SPACE.test(username)) {
    return MISPLACED;
  }
  if (UNSEEN.test(username)) return 'The username must not contain characters that cannot be seen.';
  if (BEGINS_WITH_A_MARK.test(username))
    return 'The username must not have a word that begins with a combining mark.';
  if (!partsOf(username).every(isInOneWritingSystem)) {
    return 'The username must not mix letters of different scripts.';
  }
  return undefined;
}

/** What must be in one writing system: of an e-mail address, what is before the `@`, and each label after it. */
function partsOf(username: string): string[] {
  const [local = '', domain, ...more] = username.split('@');
  return domain === undefined || more.length > 0 ? [username] : [local, ...domain.split('.')];
}
