import { describe, expect, it } from 'vitest';
import { argon2, hashArgon2id, isBelow } from './argon2.js';
import { bcrypt } from './bcrypt.js';
import { decodePhcBase64 } from './encodings.js';
import type { PasswordScheme } from './password-scheme.js';
import { pbkdf2 } from './pbkdf2.js';
import { scrypt } from './scrypt.js';

const SCHEMES: PasswordScheme[] = [argon2, bcrypt, scrypt, pbkdf2];
const PASSWORD = 'correct horse bättery';

/** Made by Python's hashlib, libxcrypt, passlib 1.7.4 and OpenSSL, so by none of the code under test. */
const MADE_ELSEWHERE: [PasswordScheme, string, string?][] = [
  [
    argon2,
    '$argon2id$v=19$m=1024,t=3,p=2$c2FsdHNhbHRzYWx0c2FsdA$in3bp+j9hxgVCvYD91od4KSqG6qTATnUulI8YlorcN0',
  ],
  [argon2, '$argon2i$v=19$m=1024,t=3,p=2$c2FsdHNhbHRzYWx0c2FsdA$eb52bErKJx/MdEkT0A34TIt8WKYnvOkQhjGNebdRmBM'],
  [argon2, '$argon2d$v=19$m=1024,t=3,p=2$c2FsdHNhbHRzYWx0c2FsdA$+nCB6BANs10CD9ur78SHlbpoNKbL1n0fUhvN2EOuWN0'],
  // From the tests of the reference implementation.
  [argon2, '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ', 'password'],
  [bcrypt, '$2b$05$abcdefghijklmnopqrstuuiAUQSqLgPmKC.81UqN54J7SM7C5uZ5q'],
  [bcrypt, '$2a$04$abcdefghijklmnopqrstuu.re4/lWF.zqrrGnYy1AP3doZ95IIwKq'],
  [bcrypt, '$2y$04$abcdefghijklmnopqrstuu.re4/lWF.zqrrGnYy1AP3doZ95IIwKq'],
  [bcrypt, '$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe', 'a'.repeat(72)],
  [scrypt, '$scrypt$ln=14,r=8,p=1$8PHy8/T19vf4+fr7/P3+/w$D0HNhh2R2/eZV8CNOuEuZODWE8CuUC/xOW8GY8g8wMo'],
  [
    scrypt,
    '$scrypt$ln=10,r=4,p=3$8PHy8/T19vf4+fr7/P3+/w$ggw9BRxkFBFSyYmGk3HINfb86CzDqAI7M2Mhfurgfat2iOcySfvEIsIF2UKN4H79uGrPHx6p4/CJ5P4xfY3Zjg',
  ],
  [scrypt, '$7$C6..../....SodiumChloride$9Vdo.lCBzVGHqmn5DTWLppZqNtNavTkkcUo95825TkC'],
  [scrypt, '$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D', 'pleaseletmein'],
  [
    scrypt,
    '$7$86..../....GrgVvlGTFCRfnLqFWcHzYnbPKWTNWbM1DxFFGOlIhM3$s7XVIWFJ7Qnxmgi/O51Anej9fl1FLSOJuKjFFA4jsQ.',
  ],
  [pbkdf2, '$pbkdf2-sha256$1212$yMnKy8zNzs/Q0dLT1NXW1w$Lnx4AH4atTv98gbJnyCduiy8WYlwWtqUK7JaUamoUyY'],
  [
    pbkdf2,
    '$pbkdf2-sha512$1212$yMnKy8zNzs/Q0dLT1NXW1w$7sNZTURXdGwFZhzerbe69FVqSpKKdeJ6WOnAM8qSbraI.8mlWUA8fC9MgdsvUGbRS4xjNuy5cTwQMu2Uqm7psg',
  ],
  [pbkdf2, '$pbkdf2$1212$yMnKy8zNzs/Q0dLT1NXW1w$V/GXRYLCjgm9WFo.kjBxSf4kOCs'],
  [pbkdf2, '$pbkdf2-sha256$i=29000,l=32$8PHy8/T19vf4+fr7/P3+/w$Y4Y3pdWQQb0CBMlqAemTPA6nDp5Qxgn8e+4/8g7JEoI'],
  [
    pbkdf2,
    '$pbkdf2-sha512$i=1000,l=64$8PHy8/T19vf4+fr7/P3+/w$6N8wTxR91S7BF7oNcJ/wNHjfhV5UjA45285tzse0zuvRh8kSVct62onJK3q0UV79ZP5ZjxHjj3m8UZ4/LTWDQw',
  ],
];

describe.each(MADE_ELSEWHERE)('a hash made elsewhere', (scheme, hash, password = PASSWORD) => {
  it(`may be taken over: ${hash}`, () => {
    expect(scheme.checkImport(hash)).toBeUndefined();
  });

  it('is of one scheme alone', () => {
    expect(SCHEMES.filter((each) => each.matches(hash))).toEqual([scheme]);
  });

  it('matches its password and no other', async () => {
    expect(await scheme.verify(hash, password)).toBe(true);
    expect(await scheme.verify(hash, `${password}!`)).toBe(false);
    expect(await scheme.verify(hash, password.slice(0, -1))).toBe(false);
    expect(await scheme.verify(hash, '')).toBe(false);
  });

  it('does not match once a character of its end has changed', async () => {
    const end = hash.at(-2) === 'a' ? 'b' : 'a';
    expect(await scheme.verify(hash.slice(0, -2) + end + hash.slice(-1), password)).toBe(false);
  });

  it('is malformed with anything around it, or with its end cut off', () => {
    const around = [`${hash}\n`, ` ${hash}`, `${hash}=`, `${hash}$`];
    const cutOff = [hash.slice(0, hash.lastIndexOf('$')), hash.slice(0, 12)];
    for (const other of [...around, ...cutOff]) expect(scheme.checkImport(other)).toMatch(/malformed/);
  });
});

const SALT = 'c2FsdHNhbHRzYWx0c2FsdA';
const KEY = 'Lnx4AH4atTv98gbJnyCduiy8WYlwWtqUK7JaUamoUyY';
const LONG_KEY = 'A'.repeat(88);

describe('a hash made to do harm', () => {
  it.each([
    [argon2, `$argon2id$v=19$m=262145,t=1,p=1$${SALT}$${KEY}`],
    [argon2, `$argon2id$v=19$m=19456,t=11,p=1$${SALT}$${KEY}`],
    [argon2, `$argon2id$v=19$m=19456,t=2,p=9$${SALT}$${KEY}`],
    [argon2, `$argon2id$v=19$m=4294967295,t=2,p=1$${SALT}$${KEY}`],
    [argon2, `$argon2id$v=19$m=8,t=2,p=2$${SALT}$${KEY}`],
    [argon2, `$argon2id$v=19$m=0,t=2,p=1$${SALT}$${KEY}`],
    [argon2, `$argon2id$v=19$m=19456,t=0,p=1$${SALT}$${KEY}`],
    [argon2, `$argon2id$v=18$m=19456,t=2,p=1$${SALT}$${KEY}`],
    [argon2, `$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$${KEY}`],
    [argon2, `$argon2id$v=19$m=19456,t=2,p=1$${SALT}$AAAA`],
    [argon2, `$argon2id$v=19$m=19456,t=2,p=1$${SALT}$${LONG_KEY}`],
    [argon2, `$argon2id$v=19$m=19456,t=2,p=1,data=AAAA$${SALT}$${KEY}`],
    [bcrypt, '$2b$31$abcdefghijklmnopqrstuuiAUQSqLgPmKC.81UqN54J7SM7C5uZ5q'],
    [bcrypt, '$2b$16$abcdefghijklmnopqrstuuiAUQSqLgPmKC.81UqN54J7SM7C5uZ5q'],
    [bcrypt, '$2b$03$abcdefghijklmnopqrstuuiAUQSqLgPmKC.81UqN54J7SM7C5uZ5q'],
    [bcrypt, '$2b$+5$abcdefghijklmnopqrstuuiAUQSqLgPmKC.81UqN54J7SM7C5uZ5q'],
    [scrypt, `$scrypt$ln=18,r=8,p=1$${SALT}$${KEY}`],
    [scrypt, `$scrypt$ln=63,r=8,p=1$${SALT}$${KEY}`],
    [scrypt, `$scrypt$ln=17,r=8,p=5$${SALT}$${KEY}`],
    [scrypt, `$scrypt$ln=1,r=1,p=999999$${SALT}$${KEY}`],
    [scrypt, `$scrypt$ln=16,r=1,p=1$${SALT}$${KEY}`],
    [scrypt, `$scrypt$ln=0,r=8,p=1$${SALT}$${KEY}`],
    [scrypt, `$scrypt$ln=14,r=8,p=1$${SALT}$${LONG_KEY}`],
    [scrypt, '$7$z6..../....SodiumChloride$9Vdo.lCBzVGHqmn5DTWLppZqNtNavTkkcUo95825TkC'],
    [scrypt, '$7$Czzzzz/....SodiumChloride$9Vdo.lCBzVGHqmn5DTWLppZqNtNavTkkcUo95825TkC'],
    [scrypt, '$7$C6....zzzzzSodiumChloride$9Vdo.lCBzVGHqmn5DTWLppZqNtNavTkkcUo95825TkC'],
    [scrypt, '$7$C...../....SodiumChloride$9Vdo.lCBzVGHqmn5DTWLppZqNtNavTkkcUo95825TkC'],
    [pbkdf2, `$pbkdf2-sha256$5000001$${SALT}$${KEY}`],
    [pbkdf2, `$pbkdf2-sha256$i=5000001,l=32$${SALT}$${KEY}`],
    [pbkdf2, `$pbkdf2-sha256$0$${SALT}$${KEY}`],
    [pbkdf2, `$pbkdf2-sha256$1000$${SALT}$${KEY.slice(0, 12)}`],
    [pbkdf2, `$pbkdf2$1000$${SALT}$${KEY}`],
    [pbkdf2, `$pbkdf2-sha256$i=1000,l=31$${SALT}$${KEY}`],
    [pbkdf2, `$pbkdf2-md5$1000$${SALT}$${KEY}`],
  ])('is refused and matches nothing: %#', async (scheme, hash) => {
    expect(scheme.matches(hash)).toBe(true);
    expect(scheme.checkImport(hash)).toMatch(/malformed|costs too much|must have a cost/);
    expect(scheme.checkImport(hash)).not.toContain(hash);
    expect(await scheme.verify(hash, PASSWORD)).toBe(false);
  });

  it('does not hold up the expressions that read it', () => {
    for (const start of ['$argon2id$', '$2b$', '$scrypt$', '$7$', '$pbkdf2-sha256$', '$pbkdf2-', '$']) {
      for (const filler of ['a', '1', '$', '=,', 'v=19$', 'A$A', '.']) {
        const before = performance.now();
        for (const scheme of SCHEMES) scheme.checkImport(start + filler.repeat(200_000));
        expect(performance.now() - before).toBeLessThan(1000);
      }
    }
  });

  it.each([
    [argon2, `$argon2id$v=19$m=262144,t=10,p=8$${SALT}$${KEY}`],
    [bcrypt, '$2b$15$abcdefghijklmnopqrstuuiAUQSqLgPmKC.81UqN54J7SM7C5uZ5q'],
    [scrypt, `$scrypt$ln=17,r=8,p=1$${SALT}$${KEY}`],
    [scrypt, `$scrypt$ln=13,r=8,p=10$${SALT}$${KEY}`],
    [pbkdf2, `$pbkdf2-sha256$5000000$${SALT}$${KEY}`],
  ])('is not one at the very bound: %#', (scheme, hash) => {
    expect(scheme.checkImport(hash)).toBeUndefined();
  });
});

describe('bcrypt', () => {
  const of72Bytes = '$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe';

  it('never matches a password of more than 72 bytes, of which it would ignore the end', async () => {
    expect(await bcrypt.verify(of72Bytes, 'a'.repeat(73))).toBe(false);
    expect(await bcrypt.verify(of72Bytes, `${'a'.repeat(72)}and anything else`)).toBe(false);
  });

  it('never matches a password with a NUL in it, which it would take for another', async () => {
    const hash = '$2b$04$abcdefghijklmnopqrstuu.re4/lWF.zqrrGnYy1AP3doZ95IIwKq';
    expect(await bcrypt.verify(hash, `${PASSWORD}\0${PASSWORD}`)).toBe(false);
  });
});

describe('scrypt', () => {
  it('has the memory it needs at the bound', async () => {
    expect(await scrypt.verify(`$scrypt$ln=17,r=8,p=1$${SALT}$${KEY}`, PASSWORD)).toBe(false);
  });
});

describe('Argon2', () => {
  const today = { memory: 64, passes: 2, lanes: 1 };

  it('hashes to a PHC string with a salt of its own', async () => {
    const [one, other] = await Promise.all([hashArgon2id(PASSWORD, today), hashArgon2id(PASSWORD, today)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await argon2.verify(one, PASSWORD)).toBe(true);
  });

  it.each([
    ['$argon2id$v=19$m=64,t=2,p=1$', false],
    ['$argon2id$v=19$m=65,t=3,p=2$', false],
    ['$argon2id$v=19$m=63,t=2,p=1$', true],
    ['$argon2id$v=19$m=64,t=1,p=1$', true],
    ['$argon2id$v=16$m=64,t=2,p=1$', true],
    ['$argon2id$m=64,t=2,p=1$', true],
    ['$argon2i$v=19$m=64,t=2,p=1$', true],
    ['$argon2d$v=19$m=64,t=2,p=1$', true],
  ])('%s is outdated: %s', (start, outdated) => {
    expect(isBelow(`${start}${SALT}$${KEY}`, today)).toBe(outdated);
  });

  it('counts fewer lanes than today as outdated', () => {
    expect(isBelow(`$argon2id$v=19$m=64,t=2,p=1$${SALT}$${KEY}`, { ...today, lanes: 2 })).toBe(true);
  });
});

describe('the base64 of PHC strings', () => {
  it.each(['AB', 'AA=', 'A', 'AAA AAA', 'AA-_', 'AA\n'])(
    'is not %j, which is not the one spelling of any bytes',
    (text) => {
      expect(decodePhcBase64(text)).toBeUndefined();
    },
  );

  it('may have . for +', () => {
    expect(decodePhcBase64('.../')).toEqual(decodePhcBase64('+++/'));
  });
});
