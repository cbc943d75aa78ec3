import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { COMMON_PHRASES } from './common-phrases.js';

/** How much of a text is looked at, in UTF-16 units. It bounds the time of an estimate, which grows faster than the text. */
export const MAX_ESTIMATED_LENGTH = 32;

/** Readings of a text with its digits and symbols as letters. The library's own 100 take up to 80 ms. */
const MAX_SUBSTITUTIONS = 20;

/** The beginning and the end of a text, each no longer than what is looked at. */
export function endsOf(text: string): [beginning: string, end: string] {
  return [text.slice(0, MAX_ESTIMATED_LENGTH), text.slice(-MAX_ESTIMATED_LENGTH)];
}

let loaded: Promise<ZxcvbnFactory> | undefined;

/**
 * About how many guesses a text withstands from an attacker who tries common passwords, words, keyboard rows,
 * repetitions and dates first. The text and the words are canonical (see canonicalUsername).
 * @param words what this attacker tries before everything else
 */
export async function estimateGuesses(text: string, words: readonly string[]): Promise<number> {
  if (text === '') return 1;
  loaded ??= load();
  return (await loaded).check(text, [...words]).guesses;
}

/** On first use and not at start: the dictionaries take about 27 MB. */
async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory: Estimator }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new Estimator({
    maxLength: MAX_ESTIMATED_LENGTH,
    l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
    graphs: adjacencyGraphs,
    dictionary: {
      // Under this name each word costs the same: the list is in alphabetical order, so a rank would mean nothing.
      diceware: dictionary['diceware-common'],
      passwords: dictionary['passwords-common'],
      phrases: COMMON_PHRASES.flatMap(endsOf),
    },
  });
}
