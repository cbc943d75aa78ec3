import { describe, expect, it } from 'vitest';
import { argon2, hashArgon2id, isBelow } from './argon2.js';
import { bcrypt } from './bcrypt.js';
import { decodePhcBase64 } from './encodings.js';
import { type PasswordScheme, UnusableHash } from './password-scheme.js';
import { pbkdf2 } from './pbkdf2.js';
import { scrypt } from './scrypt.js';

const SCHEMES: PasswordScheme[] = [argon2, bcrypt, scrypt, pbkdf2];
const PASSWORD = 'correct horse bättery';

/** The sentence with which a scheme refuses a hash. */
function objectionTo(scheme: PasswordScheme, hash: string): string | undefined {
  try {
    scheme.read(hash);
    return undefined;
  } catch (error) {
    if (error instanceof UnusableHash) return error.message;
    throw error;
  }
}

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
    expect(objectionTo(scheme, hash)).toBeUndefined();
  });

  it('is of one scheme alone', () => {
    expect(SCHEMES.filter((each) => each.matches(hash))).toEqual([scheme]);
  });

  it('matches its password and no other', async () => {
    const read = scheme.read(hash);
    expect(await read.verify(password)).toBe(true);
    expect(await read.verify(`!${password}`)).toBe(false);
    expect(await read.verify(password.slice(0, -1))).toBe(false);
    expect(await read.verify('')).toBe(false);
  });

  it('is stored in a notation that reads as itself', async () => {
    const { text } = scheme.read(hash);
    expect(scheme.read(text).text).toBe(text);
    expect(await scheme.read(text).verify(password)).toBe(true);
  });

  it('does not match once a character of its end has changed', async () => {
    const end = hash.at(-2) === 'a' ? 'b' : 'a';
    const read = scheme.read(hash.slice(0, -2) + end + hash.slice(-1));
    expect(await read.verify(password)).toBe(false);
  });

  it('is malformed with anything around it, or with its end cut off', () => {
    const around = [`${hash}\n`, ` ${hash}`, `${hash}===`, `${hash}$`];
    const cutOff = [hash.slice(0, hash.lastIndexOf('$')), hash.slice(0, 12)];
    for (const other of [...around, ...cutOff]) expect(objectionTo(scheme, other)).toMatch(/malformed/);
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
    [pbkdf2, `$pbkdf2-sha256$i=1000,l=31$${SALT}$${KEY}`],
    [pbkdf2, `$pbkdf2-sha256$i=1000$${SALT}$${'A'.repeat(1368)}`],
    [pbkdf2, `$pbkdf2-md5$1000$${SALT}$${KEY}`],
  ])('is refused: %#', (scheme, hash) => {
    expect(scheme.matches(hash)).toBe(true);
    expect(objectionTo(scheme, hash)).toMatch(/malformed|costs too much|must have a cost/);
    expect(objectionTo(scheme, hash)).not.toContain(hash);
  });

  it('does not hold up the expressions that read it', () => {
    for (const start of ['$argon2id$', '$2b$', '$scrypt$', '$7$', '$pbkdf2-sha256$', '$pbkdf2-', '$']) {
      for (const filler of ['a', '1', '$', '=,', 'v=19$', 'A$A', '.']) {
        const before = performance.now();
        for (const scheme of SCHEMES) objectionTo(scheme, start + filler.repeat(200_000));
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
    expect(objectionTo(scheme, hash)).toBeUndefined();
  });
});

describe('bcrypt', () => {
  it('compares the first 72 bytes of a longer password, as the system did that made the hash', async () => {
    const of80Bytes = bcrypt.read('$2b$05$abcdefghijklmnopqrstuuGUnCqbfgs3htOkLrFduUjAyLBw1Rq/u');
    expect(await of80Bytes.verify('a'.repeat(80))).toBe(true);
    expect(await of80Bytes.verify(`${'a'.repeat(71)}b${'a'.repeat(8)}`)).toBe(false);
    expect(await of80Bytes.verify('a'.repeat(71))).toBe(false);
  });

  it('never matches a password with a NUL in it, which it would take for another', async () => {
    const hash = bcrypt.read('$2b$04$abcdefghijklmnopqrstuu.re4/lWF.zqrrGnYy1AP3doZ95IIwKq');
    expect(await hash.verify(`${PASSWORD}\0${PASSWORD}`)).toBe(false);
  });

  it('reads salt and digest without the bits that decoders ignore', async () => {
    const canonical = '$2b$05$abcdefghijklmnopqrstuuiAUQSqLgPmKC.81UqN54J7SM7C5uZ5q';
    const saltBits = canonical.replace('tuui', 'tuvi');
    const digestBits = `${canonical.slice(0, -1)}r`;
    for (const hash of [saltBits, digestBits]) {
      expect(bcrypt.read(hash).text).toBe(canonical);
      expect(await bcrypt.read(hash).verify(PASSWORD)).toBe(true);
    }
  });
});

describe('PBKDF2', () => {
  it('keeps of a key that is longer than the digest the block that decides', () => {
    const read = pbkdf2.read(`$pbkdf2-sha256$i=1000,l=64$${SALT}$${'A'.repeat(86)}`);
    expect(read.text).toBe(`$pbkdf2-sha256$i=1000,l=32$${SALT}$${'A'.repeat(43)}`);
  });
});

describe('scrypt', () => {
  it('has the memory it needs at the bound', async () => {
    expect(await scrypt.read(`$scrypt$ln=17,r=8,p=1$${SALT}$${KEY}`).verify(PASSWORD)).toBe(false);
  });
});

describe('Argon2', () => {
  const today = { memory: 64, passes: 2, lanes: 1 };

  it('hashes to a PHC string with a salt of its own', async () => {
    const [one, other] = await Promise.all([hashArgon2id(PASSWORD, today), hashArgon2id(PASSWORD, today)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await argon2.read(one).verify(PASSWORD)).toBe(true);
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

  it.each(['m=64,p=1,t=2', 't=2,m=64,p=1', 'p=1,t=2,m=64'])(
    'has its parameters in any order: %s',
    (order) => {
      const { text } = argon2.read(`$argon2id$v=19$${order}$${SALT}$${KEY}`);
      expect(text).toBe(`$argon2id$v=19$m=64,t=2,p=1$${SALT}$${KEY}`);
    },
  );

  it.each(['m=64,t=2', 'm=64,t=2,p=1,p=1', 'm=64,t=2,t=3', 'm=64,t=2,q=1', 'm=64,t=2,p=01'])(
    'has each parameter once, and no others: %s',
    (parameters) => {
      expect(objectionTo(argon2, `$argon2id$v=19$${parameters}$${SALT}$${KEY}`)).toMatch(/malformed/);
    },
  );

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

  it('may be padded, with as much as its length asks for', () => {
    expect(decodePhcBase64('AA==')).toEqual(decodePhcBase64('AA'));
    expect(decodePhcBase64('AAA=')).toEqual(decodePhcBase64('AAA'));
    for (const text of ['AAAA=', 'AAAA==', 'A===', '====']) expect(decodePhcBase64(text)).toBeUndefined();
  });

  it('may have . for +', () => {
    expect(decodePhcBase64('.../')).toEqual(decodePhcBase64('+++/'));
  });
});
