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

/** Whether a text, in canonical form, is one of the listed passwords. */
export function isListed(text: string): boolean {
  return RANKS.has(text);
}

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

/**
 * How many guesses a password stands, at most, when somebody strings together common passwords, keyboard
 * walks, years, letters and digits. A floor to refuse the worst by, not a measure of strength. The text consists
 * of letters and digits and is canonical (see canonicalUsername), so that neither case nor width matters.
 */
export function estimateGuesses(text: string): number {
  return guessesFor(cheapestPieces(text));
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
function cheapestPieces(text: string): Piece[] {
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
  return /\d/.test(character) ? DIGITS : LETTERS;
}

const LEET: Readonly<Record<string, string>> = {
  '4': 'a',
  '3': 'e',
  '0': 'o',
  '5': 's',
  '7': 't',
};

/**
 * A text as it was before its letters were dressed up: `p455w0rd` is password. 1 may stand for i or for l.
 */
function withoutLeet(text: string): string[] {
  const plain = text.replaceAll(/[43057]/g, (sign) => LEET[sign] ?? sign);
  return [plain.replaceAll('1', 'i'), plain.replaceAll('1', 'l')].filter((reading) => reading !== text);
}
