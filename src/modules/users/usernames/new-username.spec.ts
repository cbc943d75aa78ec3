import { describe, expect, it } from 'vitest';
import { checkNewUsername } from './new-username.js';

describe('a new username', () => {
  it.each([
    'a',
    'alice',
    'ALICE',
    'alice@example.com',
    "o'neil_2",
    'алиса',
    'əli.ıldırım',
    'Zoe\u0308',
    'ὀδυσσεύς',
    '山田太郎',
    'やまだタロウtaro',
    '김철수kim',
    'ㄅ山bo',
    'محمد',
    'दीपक',
    'สมชาย',
    'x'.repeat(128),
    '𠮷'.repeat(128),
    'e\u0301'.repeat(128),
    'alice smith',
    'Ana María de la Cruz',
    'андрей@example.com',
    'alice@пример.example',
    'αθηνά@example.gr',
  ])('may be %s', (username) => {
    expect(checkNewUsername(username)).toBeUndefined();
  });

  it.each([
    ['nothing at all', ''],
    ['129 characters', 'x'.repeat(129)],
    ['characters that are many more once spelled out', '\u33c6'.repeat(128)],
    ['a very long text', 'x'.repeat(1_000_000)],
    ['a space before', ' alice'],
    ['a space after', 'alice '],
    ['two spaces inside', 'alice  smith'],
    ['a tab inside', 'alice\tsmith'],
    ['a line feed inside', 'alice\nsmith'],
    ['Latin and Cyrillic in the address before the @', 'аlice@example.com'],
    ['Latin and Cyrillic in one label of the address', 'alice@exаmple.com'],
    ['Latin and Cyrillic around two @', 'аlice@a@example.com'],
    ['a no-break space', 'alice\u00a0smith'],
    ['an ideographic space', 'alice\u3000'],
    ['a tab', 'alice\t'],
    ['a space that shows up under NFKC', 'alice\u00b4'],
    ['NUL', 'ali\u0000ce'],
    ['a zero-width space', 'ali\u200bce'],
    ['a soft hyphen', 'ali\u00adce'],
    ['a right-to-left override', '\u202eecila'],
    ['a variation selector', 'alice\ufe0f'],
    ['a Hangul filler', 'alice\u3164'],
    ['a blank braille cell', 'alice\u2800'],
    ['a private-use character', 'alice\ue000'],
    ['an unassigned character', 'alice\u0378'],
    ['half a surrogate pair', 'alice\ud800'],
    ['a combining mark in front', '\u0301alice'],
    ['Latin and Cyrillic', 'pаypal'],
    ['Latin and Greek', 'αlice'],
    ['Latin and a mathematical Greek letter', 'wh\u{1d6fc}t'],
    ['Latin and the micro sign', 'ali\u00b5'],
    ['Cyrillic and Greek', 'алисα'],
    ['Hangul and Hiragana', '김の'],
    ['a script of antiquity', '\u{13000}'],
    ['Latin and a Devanagari digit', 'alice\u0967'],
  ])('must not have %s', (_, username) => {
    expect(checkNewUsername(username)).toMatch(/^The username must .*\.$/);
  });

  it('is refused without repeating it', () => {
    expect(checkNewUsername('pаypal')).not.toContain('pаypal');
  });
});
