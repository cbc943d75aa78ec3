/** Rows that people run a finger along: digits, alphabets, and keyboards by row and by column. */
const ROWS = [
  '0123456789012345678901234567890',
  'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz',
  'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
  'абвгдежзийклмнопрстуфхцчшщъыьэюя',
  'qwertyuiopasdfghjklzxcvbnmqwertyuiop',
  'qwertyuiop[]',
  'asdfghjkl;',
  'zxcvbnm,./',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  'йцукенгшщзхъфывапролджэячсмитьбю',
  'qüertyuiopöğasdfghjklıəzxcvbnmçş',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  'zaqxswcdevfrbgtnhymju',
  '1qazxsw23edcvfr45tgbnhy67ujmki89olp0',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  '1a2b3c4d5e6f7g8h9i0j',
  'a1b2c3d4e5f6g7h8i9j0',
  '1qa2ws3ed4rf5tg6yh7uj8ik9ol0p',
  'qweasdzxcqweasdzxc',
  'qwerasdfzxcvqwerasdfzxcv',
  'qwertasdfgzxcvbqwertasdfgzxcvb',
  '123qweasdzxc',
  '1234qwerasdfzxcv',
  '!@#$%^&*()_+',
  '!"#$%&/()=?',
];

const SHORTEST_WALK = 3;

const WALKS: ReadonlySet<string> = new Set(
  ROWS.flatMap((row) => [row, Array.from(row).toReversed().join('')]).flatMap(piecesOf),
);

/**
 * Whether a text is a piece of an alphabet, of the digits, or of a keyboard's rows or columns, forwards or
 * backwards.
 */
export function isKeyboardWalk(text: string): boolean {
  return WALKS.has(text);
}

function piecesOf(row: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start <= row.length - SHORTEST_WALK; start++) {
    for (let end = start + SHORTEST_WALK; end <= row.length; end++) pieces.push(row.slice(start, end));
  }
  return pieces;
}
