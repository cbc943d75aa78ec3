import { canonicalUsername } from '../usernames/canonical-username.js';
import { endsOf } from './guess-estimate.js';

/** Shorter parts, such as initials, are guessed as quickly letter by letter. */
const MIN_LENGTH = 3;

const SEPARATORS = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * What an attacker tries first who knows these names and addresses: `bob.smith@example.com` whole, before and after
 * the `@`, with and without separators, and each part. Longer words are cut as an estimate cuts a password.
 */
export function personalWords(texts: readonly (string | null)[]): string[] {
  const words = texts.filter((text) => text !== null).flatMap((text) => wordsOf(canonicalUsername(text)));
  return [...new Set(words)];
}

function wordsOf(text: string): string[] {
  return [text, ...text.split('@')]
    .flatMap((whole) => [whole, whole.replaceAll(SEPARATORS, ''), ...whole.split(SEPARATORS)])
    .filter((word) => word.length >= MIN_LENGTH)
    .flatMap(endsOf);
}
