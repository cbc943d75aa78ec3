import { COMMON_AND_LONG, MOST_COMMON } from './common-passwords.js';
import { isKeyboardWalk } from './keyboard-walks.js';

/**
 * One part of a password, and how many guesses somebody needs who goes through the parts of that kind, the
 * likely ones first.
 */
interface Piece {
  text: string;
  guesses: number;
}

/** The cheapest way to the end of a text, up to some place: what it costs, in bits, and its last piece. */
interface Cut {
  cost: number;
  piece: Piece;
}

const RANKS: ReadonlyMap<string, number> = new Map([
  ...COMMON_AND_LONG.map((password): [string, number] => [password, MOST_COMMON.length]),
  ...MOST_COMMON.map((password, index): [string, number] => [password, index + 1]),
]);

/**
 * What it takes to guess any two of the most common passwords in a row: nine million. An attacker tries those
 * first.
 */
export const FEW_GUESSES = MOST_COMMON.length ** 2;

const SHORTEST_WORD = 3;
const LONGEST_WORD = Math.max(...[...RANKS.keys()].map((password) => password.length));

const WALKS = 200;
const RUNS_OF_ONE_CHARACTER = 200;
const YEARS = 150;
const DIGITS = 10;
const LETTERS = 26;
const SYMBOLS = 32;

const NEITHER_LETTER_NOR_DIGIT = /[^\p{L}\p{N}]/gu;

/**
 * What comes after this many characters is left out of account: what so much text is made of can be told from
 * its beginning.
 */
export const LONGEST_ESTIMATED = 256;

/**
 * How many guesses a password stands, at most, when somebody strings together common passwords, keyboard
 * walks, years, digits and symbols. A floor to refuse the worst by, not a measure of strength. `known` are
 * words the attacker starts with, such as the username. All texts are canonical (see canonicalUsername), so
 * that neither case nor width matters.
 */
export function estimateGuesses(password: string, known: readonly string[]): number {
  const text = password.slice(0, LONGEST_ESTIMATED);
  const withoutSymbols = lettersAndDigits(text);
  const symbols = new Set(text.match(NEITHER_LETTER_NOR_DIGIT));
  return Math.min(
    guessesFor(cheapestPieces(text, known)),
    // The same words with something in between: `i love you so much`, `i-love-you-so-much`.
    SYMBOLS ** symbols.size * guessesFor(cheapestPieces(withoutSymbols, known.map(lettersAndDigits))),
  );
}

function lettersAndDigits(text: string): string {
  return text.replaceAll(NEITHER_LETTER_NOR_DIGIT, '');
}

/**
 * Whoever has guessed a word tries it twice, too: only single letters and digits cost again every time they
 * occur.
 */
function guessesFor(pieces: readonly Piece[]): number {
  const seen = new Set<string>();
  let guesses = 1;
  for (const { text, guesses: more } of pieces) {
    const again = seen.has(text) && !/^[\p{L}\p{N}]$/u.test(text);
    seen.add(text);
    if (!again) guesses *= more;
  }
  return guesses;
}

/**
 * Cuts a text into the pieces that are guessed most easily together. Takes time in proportion to the text's
 * length.
 */
function cheapestPieces(text: string, known: readonly string[]): Piece[] {
  const readings = [text, ...withoutLeet(text)];
  const cheapest: Cut[] = [{ cost: 0, piece: { text: '', guesses: 1 } }];

  for (let end = 1; end <= text.length; end++) {
    let best: Cut = { cost: Infinity, piece: { text: '', guesses: 1 } };
    const consider = (start: number, guesses: number): void => {
      const cost = cheapest[start]!.cost + Math.log2(guesses);
      if (cost < best.cost) best = { cost, piece: { text: text.slice(start, end), guesses } };
    };
    consider(end - 1, guessesForCharacter(text.charAt(end - 1)));
    for (let start = Math.max(0, end - LONGEST_WORD); start <= end - SHORTEST_WORD; start++) {
      consider(start, guessesForPiece(readings.map((reading) => reading.slice(start, end))));
    }
    for (const word of known) {
      const start = end - word.length;
      if (word !== '' && start >= 0 && text.startsWith(word, start)) consider(start, 1);
    }
    cheapest.push(best);
  }

  const pieces: Piece[] = [];
  for (let end = text.length; end > 0;) {
    const { piece } = cheapest[end]!;
    pieces.push(piece);
    end -= piece.text.length;
  }
  return pieces;
}

/**
 * The first reading is the piece as it is written. A piece without any letter is not read as a word that it
 * is not.
 */
function guessesForPiece([piece = '', ...plainer]: readonly string[]): number {
  const rank = RANKS.get(piece);
  if (rank !== undefined) return rank;
  if (piece.length === 4 && /^(?:19|20)\d\d$/.test(piece)) return YEARS;
  if (isKeyboardWalk(piece)) return WALKS;
  if (piece[0] === piece[1] && /^(.)\1+$/s.test(piece)) return RUNS_OF_ONE_CHARACTER;
  const plainRank = Math.min(...plainer.map((word) => RANKS.get(word) ?? Infinity));
  return plainRank < Infinity && /\p{L}/u.test(piece) ? plainRank : Infinity;
}

function guessesForCharacter(character: string): number {
  if (/\d/.test(character)) return DIGITS;
  return /[\p{L}\p{N}\p{M}\p{Cs}]/u.test(character) ? LETTERS : SYMBOLS;
}

const LEET: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/**
 * A text as it was before its letters were dressed up: `p@$$w0rd` is password. 1 and ! may stand for i or for
 * l.
 */
function withoutLeet(text: string): string[] {
  const plain = text.replaceAll(/[@430$57]/g, (sign) => LEET[sign] ?? sign);
  return [plain.replaceAll(/[1!]/g, 'i'), plain.replaceAll(/[1!]/g, 'l')].filter(
    (reading) => reading !== text,
  );
}
