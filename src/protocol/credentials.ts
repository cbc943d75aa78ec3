/**
 * The longest username and password that travel to another directory, in code points. Longer ones are nobody's: a
 * password that may be chosen has at most 1,024, which decomposed (Unicode NFD) are at most four times as many.
 */
export const MAX_USERNAME_CHARACTERS = 512;
export const MAX_PASSWORD_CHARACTERS = 4096;

/** Whether any directory could know a person by these. */
export function isPossible({ username, password }: { username: string; password: string }): boolean {
  return isPossibleUsername(username) && isWithin(MAX_PASSWORD_CHARACTERS, password);
}

/** Whether any directory could know a person by this name. */
export function isPossibleUsername(username: string): boolean {
  return isWithin(MAX_USERNAME_CHARACTERS, username);
}

function isWithin(most: number, text: string): boolean {
  // A code point has at most two UTF-16 units: no need to count what is far too long.
  return text.length <= 2 * most && Array.from(text).length <= most;
}
