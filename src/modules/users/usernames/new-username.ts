import { canonicalUsername } from './canonical-username.js';
import { isInOneWritingSystem } from './username-scripts.js';

/** The longest username, in code points, as it is written and in its canonical form alike. */
export const MAX_USERNAME_LENGTH = 128;

const WHITE_SPACE = /\p{White_Space}/u;
/**
 * Control, format, surrogate, private-use and unassigned code points, what is drawn as nothing, and the blank
 * braille cell.
 */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u;
const BEGINS_WITH_A_MARK = /^\p{M}/u;

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
  return reasonAgainst(written) ?? reasonAgainst(canonicalUsername(written));
}

const TOO_LONG = `The username must have at most ${MAX_USERNAME_LENGTH} characters.`;

function reasonAgainst(username: string): string | undefined {
  if (username === '') return 'The username must not be empty.';
  if (Array.from(username).length > MAX_USERNAME_LENGTH) return TOO_LONG;
  if (WHITE_SPACE.test(username)) return 'The username must not contain spaces.';
  if (UNSEEN.test(username)) return 'The username must not contain characters that cannot be seen.';
  if (BEGINS_WITH_A_MARK.test(username)) return 'The username must not begin with a combining mark.';
  if (!isInOneWritingSystem(username)) return 'The username must not mix letters of different scripts.';
  return undefined;
}
