import { randomInt } from 'node:crypto';
import { dictionary } from '@zxcvbn-ts/language-common';
import { describe, expect, it } from 'vitest';
import { canonicalUsername } from '../usernames/canonical-username.js';
import { COMMON_PHRASES } from './common-phrases.js';
import { PasswordPolicy } from './password-policy.js';

const PASSWORDS = dictionary['passwords-common'];
const DICEWARE = dictionary['diceware-common'];

const aRandomOf = (list: ArrayLike<string>): string => list[randomInt(list.length)]!;
const policy = new PasswordPolicy(['grantway', 'auth.example.net']);
const check = (password: string, ...personal: (string | null)[]) =>
  policy.objectionTo(password, personal.length === 0 ? ['alice', null, null] : personal);

async function accepted(passwords: readonly string[]): Promise<string[]> {
  const objections = await Promise.all(passwords.map((password) => check(password)));
  return passwords.filter((_, index) => objections[index] === undefined);
}

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
  ])('may be %s', async (password) => {
    expect(await check(password)).toBeUndefined();
  });

  it.each([
    ['letters', 16, 'abcdefghijklmnopqrstuvwxyz'],
    ['letters and digits', 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'],
    // One in two thousand of sixteen digits is made of years and dates.
    ['digits', 20, '0123456789'],
    ['symbols', 16, '!@#$%^&*()-_=+[]{};:,./?~'],
    ['symbols and letters', 16, '!@#$%^&*()-_=+[]{};:,./?~abcde'],
  ])('may be any random string of %s', async (_, length, alphabet) => {
    const randomOnes = Array.from({ length: 40 }, () =>
      Array.from({ length }, () => aRandomOf(alphabet)).join(''),
    );
    expect(await accepted(randomOnes)).toEqual(randomOnes);
  });

  it('may be any four random words of a diceware list, written together or apart', async () => {
    const phrases = Array.from({ length: 20 }, () => Array.from({ length: 4 }, () => aRandomOf(DICEWARE)));
    const written = phrases.flatMap((words) => [words.join(' '), words.join('-'), words.join('')]);
    const long = written.filter(({ length }) => length >= 15);
    expect(await accepted(long)).toEqual(long);
  });

  it('may be as long as 1,024 code points of any kind, and no longer', async () => {
    const long = (length: number) =>
      Array.from({ length }, (_, i) => String.fromCodePoint(0x1f300 + ((i * 37) % 500))).join('');
    expect(await check(long(64))).toBeUndefined();
    expect(await check(long(1024))).toBeUndefined();
    expect(await check(long(1025))).toMatch(/at most 1024/);
  });

  it('has its length counted in code points after NFC', async () => {
    expect(await check('kq\u0301zvx wjpfmhtg')).toBeUndefined();
    expect(await check('e\u0301kzvxwjpfmhtgo')).toMatch(/at least 15/);
    expect(await check('🐙🦑🦐🦞🦀🐡🐠🐟🐬🐳🐋🦈🐊🐅')).toMatch(/at least 15/);
  });

  it.each(['', 'hunter2', 'kqzvxwjpfmhtgo'])('must not be as short as "%s"', async (password) => {
    expect(await check(password)).toMatch(/at least 15/);
  });

  it.each([
    ['half a surrogate pair', 'correct horse \ud83d battery'],
    ['NUL', 'correct horse\u0000 battery'],
    ['a line feed', 'correct horse\nbattery'],
    ['DEL', 'correct horse\u007f battery'],
    ['a noncharacter', 'correct horse\uffff battery'],
    ['hundreds of marks on one letter', 'correct horse battery\u0301'.padEnd(300, '\u0323')],
  ])('must not have %s, which cannot be sent or hashed', async (_, password) => {
    expect(await check(password)).toMatch(/control characters|valid Unicode/);
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
    'bob.bob.bob.bob.bob',
    'Password-Password-1',
    'qwerty-qwerty-qwerty',
    'aaaaaaaaaaaaaaa!',
    'monkey dragon shadow',
    '2024-11-05-2024-11-05',
    'Summer2024Summer2024',
    '!@#$%^&*()!@#$%^&*()',
    'x7#kQ2!mx7#kQ2!m',
    '$$$$$$$$walrus$$$$$$$$',
    '🐙'.repeat(64),
    'a'.repeat(64),
    'password1'.repeat(113),
    'constructorconstructor',
    'привет-привет-привет',
  ])('must not be as common as %s', async (password) => {
    expect(await check(password)).toMatch(/too easy to guess/);
  });

  it('is as hard to guess as the harder one of its beginning and its end', async () => {
    expect(await check('a'.repeat(32) + 'tractor yellow moonlight')).toBeUndefined();
    expect(await check('tractor yellow moonlight' + 'a'.repeat(32))).toBeUndefined();
    expect(await check('a'.repeat(40) + 'b'.repeat(40))).toMatch(/too easy to guess/);
  });

  it('may be made of words that are members of every object', async () => {
    expect(await check('constructor purple window')).toBeUndefined();
  });

  it('must not be any listed password, with or without separators, nor two of the most common in a row', async () => {
    const isPlain = (password: string) => /^[\p{L}\p{N}]+$/u.test(password);
    const listed = [...PASSWORDS, ...COMMON_PHRASES].filter(({ length }) => length >= 15);
    const some = Array.from({ length: 30 }, () => aRandomOf(listed));
    const dressedUp = some.filter(isPlain).map((password) => Array.from(password).join('-'));
    const words = PASSWORDS.slice(0, 3000).filter(isPlain);
    const pairs = Array.from({ length: 100 }, () => aRandomOf(words) + aRandomOf(words));
    const long = [...listed, ...dressedUp, ...pairs].filter(({ length }) => length >= 15);
    // How many pairs are long enough is left to chance.
    expect(listed.length).toBeGreaterThan(100);
    expect(dressedUp.length).toBeGreaterThan(0);
    expect(await accepted(long)).toEqual([]);
  });

  it.each([
    ['the username', 'wolfeschlegelstein', 'wolfeschlegelstein'],
    ['the username in another case', 'wolfeschlegelstein', 'WolfeSchlegelStein'],
    ['the username repeated', 'aysel.mam', 'aysel.mamaysel.mamaysel.mam'],
    ['the username composed in another way', 'Vüsalə', 'vu\u0308salə'.repeat(3)],
    ['a username of symbols', '#$#$#$#$#$#$#$#$', '#$#$#$#$#$#$#$#$'],
    ['the e-mail address', 'aysel.mammadova@example.az', 'Aysel.Mammadova@example.az'],
    [
      'a very long e-mail address',
      `${'aysel.mammadova.'.repeat(4)}x@mail.example.az`,
      `${'aysel.mammadova.'.repeat(4)}x@mail.example.az`,
    ],
    ['what is before the @', 'aysel.mammadova@example.az', 'aysel.mammadova'],
    ['parts of the e-mail address in another order', 'aysel.mammadova@example.az', 'mammadova-aysel-example'],
    ['the name', 'Aysel Məmmədova', 'AyselMəmmədova1'],
    ['the name and a year', 'Bob Smith', 'Bob Smith 1987!!!'],
    ['the name backwards', 'Wolfe Schlegelstein', 'nietslegelhcs-eflow'],
  ])('must not be %s', async (_, personal, password) => {
    for (const owner of [
      [personal, null, null],
      ['alice', personal, null],
      ['alice', null, personal],
    ]) {
      expect(await check(password, ...owner)).toMatch(/too easy to guess/);
    }
  });

  it('is refused with the reason, when that is the username, the name, the address or this service', async () => {
    expect(await check('Bob Smith 1987!!!', 'bob', 'Bob Smith', null)).toMatch(
      /the username, the name, the e-mail/,
    );
    expect(await check('grantway-password-1')).toMatch(/name of this service/);
    expect(await check('auth.example.net')).toMatch(/name of this service/);
  });

  it.each(['vusal eats pomegranates', 'vusal-19-pomegranates', 'grantway eats pomegranates'])(
    'may contain the username or the service among other things: %s',
    async (password) => {
      expect(await check(password, 'vusal')).toBeUndefined();
    },
  );

  it('is never repeated in the message', async () => {
    expect(await check('passwordpassword')).not.toContain('passwordpassword');
  });

  it('is checked quickly, whatever it is', async () => {
    await check('tractor yellow moonlight');
    const worst = [
      'ﷺ'.repeat(1023) + 'x',
      'password1'.repeat(113),
      `${'a'.repeat(29)}\u0301`.repeat(34),
      'ab1'.repeat(100_000),
      '4@8({[</369&#1!iIlLoO07+5$zZ2%wW'.repeat(30),
      '01012001010120010101200101012001',
    ];
    for (const password of worst) {
      const before = performance.now();
      await check(password, 'x'.repeat(128), 'é.'.repeat(100), `${'x.'.repeat(120)}@example.az`);
      expect(performance.now() - before).toBeLessThan(500);
    }
  });
});

describe('the list of common phrases', () => {
  it('is in canonical form, without separators, and has nothing twice', () => {
    expect(COMMON_PHRASES.filter((phrase) => canonicalUsername(phrase) !== phrase)).toEqual([]);
    expect(COMMON_PHRASES.filter((phrase) => /[^\p{L}\p{N}]/u.test(phrase))).toEqual([]);
    expect(new Set(COMMON_PHRASES).size).toBe(COMMON_PHRASES.length);
  });

  it('has nothing that the dictionaries of zxcvbn have already', () => {
    expect(COMMON_PHRASES.filter((phrase) => PASSWORDS.includes(phrase))).toEqual([]);
  });
});
