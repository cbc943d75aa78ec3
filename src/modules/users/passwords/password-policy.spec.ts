import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalUsername } from '../usernames/canonical-username.js';
import { COMMON_AND_LONG, MOST_COMMON } from './common-passwords.js';
import { checkNewPassword } from './password-policy.js';

const aRandomOf = (list: ArrayLike<string>): string => list[randomInt(list.length)]!;
const check = (password: string, username = 'alice') => checkNewPassword({ password, username });

describe('a new password', () => {
  it.each([
    'correct horse battery',
    'correct horse battery staple',
    'correcthorsebatterystaple',
    'tractor yellow moonlight',
    'walrus-lantern-copper',
    'alice and the walrus ate oysters',
    'Ne yaxşı ki, səhər açılır',
    'pässwörd-15chars',
    ' leading and trailing spaces kept ',
    'a b+c&d=e;f%25"é and more',
    '8Xo1-s9Kd-2mQz-77',
    '🐙🦑🦐🦞🦀🐡🐠🐟🐬🐳🐋🦈🐊🐅🐆',
    'пароль из четырёх слов',
    '\tquite a strange one',
  ])('may be %s', (password) => {
    expect(check(password)).toBeUndefined();
  });

  it.each([
    ['letters', 'abcdefghijklmnopqrstuvwxyz'],
    ['letters and digits', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'],
    ['digits', '0123456789'],
    ['symbols', '!@#$%^&*()-_=+[]{};:,./?~'],
    ['symbols and letters', '!@#$%^&*()-_=+[]{};:,./?~abcde'],
  ])('may be any random string of %s', (_, alphabet) => {
    const aRandomOne = () => Array.from({ length: 16 }, () => aRandomOf(alphabet)).join('');
    expect(Array.from({ length: 2000 }, aRandomOne).filter((password) => check(password))).toEqual([]);
  });

  it('may be as long as 1,024 code points of any kind, and no longer', () => {
    const long = (length: number) =>
      Array.from({ length }, (_, i) => String.fromCodePoint(0x1f300 + ((i * 37) % 500))).join('');
    expect(check(long(64))).toBeUndefined();
    expect(check(long(1024))).toBeUndefined();
    expect(check(long(1025))).toMatch(/at most 1024/);
  });

  it('has its length counted in code points after NFC', () => {
    expect(check('kq\u0301zvx wjpfmhtg')).toBeUndefined();
    expect(check('e\u0301kzvxwjpfmhtgo')).toMatch(/at least 15/);
    expect(check('🐙🦑🦐🦞🦀🐡🐠🐟🐬🐳🐋🦈🐊🐅')).toMatch(/at least 15/);
  });

  it.each(['', 'hunter2', 'kqzvxwjpfmhtgo'])('must not be as short as "%s"', (password) => {
    expect(check(password)).toMatch(/at least 15/);
  });

  it.each([
    ['half a surrogate pair', 'correct horse \ud83d battery'],
    ['NUL', 'correct horse\u0000 battery'],
    ['a line feed', 'correct horse\nbattery'],
    ['DEL', 'correct horse\u007f battery'],
    ['a noncharacter', 'correct horse\uffff battery'],
    ['hundreds of marks on one letter', 'correct horse battery\u0301'.padEnd(300, '\u0323')],
  ])('must not have %s, which cannot be sent or hashed', (_, password) => {
    expect(check(password)).toMatch(/control characters|valid Unicode/);
  });

  it.each([
    'passwordpassword',
    'PasswordPassword',
    'ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ',
    'password password',
    'password123456789',
    '1234567password',
    'iloveyouiloveyou',
    'i love you so much',
    '123456789qwerty',
    'qwerty123456789',
    'Mailcreated5240',
    'PolniyPizdec0211',
    '1qaz2wsx3edc4rfv',
    '1qaz2wsx3edc4rfv5tgb',
    'q1w2e3r4t5y6u7i8o9p0',
    'adminadminadmin1',
    'letmeinletmeinletmein',
    'thisismypassword',
    'This Is My Password!',
    'football19871987',
    'manchesterunited1',
    'monkeydragonmonkey',
    'abcdefghijklmnop',
    'zyxwvutsrqponmlkj',
    'qwertyuiopasdfgh',
    'poiuytrewqlkjhgfdsa',
    '123456789012345',
    '098765432109876',
    'йцукенгшщзхъфыва',
    'aaaaaaabbbbbbbbb',
    'aaaaaaaaaaaaaaab',
    'i-love-you-so-much!',
    'p-a-s-s-w-o-r-d',
    'password!!!!!!!',
    'Passw0rd12345678',
    'P455w0rdP455w0rd1',
    'aaaaaaaaaaaaaaa',
    'Kx7Kx7Kx7Kx7Kx7Kx7',
    'iloveyousomuchiloveyousomuch',
    'supercalifragilisticexpialidocious',
    'The quick brown fox jumps over the lazy dog',
  ])('must not be as common as %s', (password) => {
    expect(check(password)).toMatch(/too easy to guess/);
  });

  it.each([
    ['64 times one letter', 'a'.repeat(64)],
    ['64 times one emoji', '🐙'.repeat(64)],
    ['a common password many times over', 'password1'.repeat(113)],
    ['symbols alone', '!@#$%^&*()!@#$%^&*()'],
    ['something repeated with symbols in it', 'x7#kQ2!mx7#kQ2!m'],
    ['a common word among symbols', '$$$$$$$$walrus$$$$$$$$'],
    ['a common word beside another', 'grantway-password-1'],
  ])('may be %s: beyond length and the common ones there is no rule', (_, password) => {
    expect(check(password)).toBeUndefined();
  });

  it('must not be any listed password, with or without separators, nor two of the most common in a row', () => {
    const isPlain = (password: string) => /^[\p{L}\p{N}]+$/u.test(password);
    const listed = [...MOST_COMMON, ...COMMON_AND_LONG];
    const shouted = listed.map((password) => password.toUpperCase());
    const dressedUp = listed.filter(isPlain).map((password) => Array.from(password).join('-'));
    const words = MOST_COMMON.filter(isPlain);
    const pairs = Array.from({ length: 3000 }, () => aRandomOf(words) + aRandomOf(words));
    const long = [...listed, ...shouted, ...dressedUp, ...pairs].filter(({ length }) => length >= 15);
    expect(long.length).toBeGreaterThan(500);
    expect(long.filter((password) => check(password) === undefined)).toEqual([]);
  });

  it.each([
    ['wolfeschlegelstein', 'wolfeschlegelstein'],
    ['wolfeschlegelstein', 'WolfeSchlegelStein'],
    ['aysel.mammadova@example.az', 'Aysel.Mammadova@example.az'],
    ['aysel.mammadova@example.az', 'aysel.mammadova'],
    ['aysel.mam', 'aysel.mamaysel.mamaysel.mam'],
    ['Vüsalə', 'vu\u0308salə'.repeat(3)],
    ['#$#$#$#$#$#$#$#$', '#$#$#$#$#$#$#$#$'],
  ])('must not be the username %s: %s', (username, password) => {
    expect(check(password, username)).toMatch(/username/);
  });

  it.each(['vusal eats pomegranates', 'vusal-19-pomegranates', '!!!!!!vusal!!!!!!'])(
    'may contain the username among other things: %s',
    (password) => {
      expect(check(password, 'vusal')).toBeUndefined();
    },
  );

  it('is never repeated in the answer', () => {
    expect(check('passwordpassword')).not.toContain('passwordpassword');
  });

  it('is checked quickly, whatever it is', () => {
    const worst = [
      'ﷺ'.repeat(1023) + 'x',
      'password1'.repeat(113),
      `${'a'.repeat(29)}\u0301`.repeat(34),
      'ab1'.repeat(100_000),
    ];
    for (const password of worst) {
      const before = performance.now();
      checkNewPassword({ password, username: 'x'.repeat(128) });
      expect(performance.now() - before).toBeLessThan(500);
    }
  });
});

describe('the list of common passwords', () => {
  it('is in canonical form and has nothing twice', () => {
    const all = [...MOST_COMMON, ...COMMON_AND_LONG];
    expect(all.filter((password) => canonicalUsername(password) !== password)).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
    expect(MOST_COMMON).toHaveLength(3000);
  });
});
