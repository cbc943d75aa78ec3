import { describe, expect, it } from 'vitest';
import { readForeignHash, readHash } from './read-hash.js';
import { UnusableHash } from './schemes/password-scheme.js';

const PASSWORD = 'tractor yellow moonlight';
const BCRYPT = 'abcdefghijklmnopqrstuuTfkvXjprDqWvUsasUSqi3H1S6SPGGnG';
const ARGON2 = 'm=1024,t=3,p=2$c2FsdHNhbHRzYWx0c2FsdA$in3bp+j9hxgVCvYD91od4KSqG6qTATnUulI8YlorcN0';

/** Made by Python's hashlib and by libxcrypt. The third member is the start of the notation that is stored. */
const FOREIGN: [name: string, hash: string, stored: string][] = [
  [
    'Keycloak up to 23: 64 bytes of SHA-256',
    '$pbkdf2-sha256$i=27500,l=64$AAECAwQFBgcICQoLDA0ODw$wv/y1qqZypQ7gYfghX5gWnE/wIbySTOENGP6fquDTWn5hajT4lot/xZy9U/rsEna4E4tJyjvi2WsO6beKjwLnw',
    '$pbkdf2-sha256$i=27500,l=32$AAECAwQFBgcICQoLDA0ODw$wv/y1qqZypQ7gYfghX5gWnE/wIbySTOENGP6fquDTWk',
  ],
  [
    '64 bytes of SHA-1',
    '$pbkdf2$i=20000,l=64$AAECAwQFBgcICQoLDA0ODw$lxkifjlw5DAO51rP19GgsY2VI8f45US2hHgO0vmrfdSQPgc/ocIvVEpfcUvyyKZtOGsowzEyCiMF+GYLz3PeYQ',
    '$pbkdf2-sha1$i=20000,l=20$',
  ],
  [
    'ASP.NET Identity 2 as a PHC string',
    '$pbkdf2$i=1000,l=32$AAECAwQFBgcICQoLDA0ODw$kLDY/14z1E+ccSioIEcjdKyS6Frp/KMHkbjm4gp6Qiw',
    '$pbkdf2-sha1$i=1000,l=20$',
  ],
  [
    'passport-local-mongoose: 512 bytes',
    '$pbkdf2-sha256$i=25000,l=512$AAECAwQFBgcICQoLDA0ODw$S4agKSAILN2inw4bGRN0ILah8Afg6TeHGuQg+7Yo3UjqZGHB1pLEjsJGjVdxdAb+iPwxAKCJji+gel9qXjq/I+JG8Me4bcM/w4nGRUsfTYyQEz3UvFaq16N3lofWXVDdpRDtuyJpdb+s8SsWhsfQOlc2WIIusNXOdABkqy04cMwgWMTzBOzXT25ro8CiAk6ZtEqRzZlM53GhlLc9oTjm47Y+sx7kEPxV+keN4eFAcx72+vOvHbgaRWwR7V/3Fy/QZcujJqa2Bw1afLr4FjFwp/x0e72AKUaZL1hQBR875PGM0+GpU3Jaed705yfP90rjP7+ShD9FNzs4BEyS96JYzLjo84IMF53Htk495mm4Kro+Pt28NJBCMXD5gWyOiFMNRiBusIoSFAgD0SQ0nCNuZLYpLNZZMX7JLRart/Hn1uXKgaCQ0kwQzPi3N65XxF0NjnaN3dOwd8LUrkFE6eFu/cROnNlMpeu1v6GmpVrMfWovOLyQBaGjMcVDchAemhSHXsk2iejGmQSvQWL+loCuYlD4TiHOPqFdhHBhCSkQsBwVpxJavZvg3vFId8hiLoFPQFEPMrKzJmx3+7uelKjfe+giFGcOfPPoMAV1HLNGr5CC1Kjz7ev+IGwDsK5ZYMryWHzLuf+sxkoZlF2J7TGOaSPrDzYa/rdssj2ddNvFMzo',
    '$pbkdf2-sha256$i=25000,l=32$AAECAwQFBgcICQoLDA0ODw$S4agKSAILN2inw4bGRN0ILah8Afg6TeHGuQg+7Yo3Ug',
  ],
  [
    'SHA-384, padded',
    '$pbkdf2-sha384$i=10000,l=48$AAECAwQFBgcICQoLDA0ODw==$NdGmTOu9qpAVPKf5PQpQZPMx6LiaObQ7EJvtwpbEdUly2Y1Bn3fXLKaq9bd9DlGc',
    '$pbkdf2-sha384$i=10000,l=48$AAECAwQFBgcICQoLDA0ODw$',
  ],
  [
    'Django, PBKDF2',
    'pbkdf2_sha256$260000$Zk3Jw9sT1uQx$9nm0tkhkhsTL14uPnFMzIsi5ig+b4uoL1x/tQkcvZW4=',
    '$pbkdf2-sha256$i=260000,l=32$WmszSnc5c1QxdVF4$',
  ],
  [
    'Django, PBKDF2 with SHA-1',
    'pbkdf2_sha1$10000$Zk3Jw9sT1uQx$hGUsrE3eHLwTIaCgcl8zAKPsowk=',
    '$pbkdf2-sha1$i=10000,l=20$',
  ],
  [
    'Django, scrypt',
    'scrypt$1024$Zk3Jw9sT1uQx$8$5$VPd/NfWzn/d4LHGnBvtuoefEJgiWtjedqQ57m8+tnkInWdBsjBfDfayqksNd6cY2maL06OeXhSprp8GXramIkA==',
    '$scrypt$ln=10,r=8,p=5$',
  ],
  ['Django, bcrypt', `bcrypt$$2b$05$${BCRYPT}`, `$2b$05$${BCRYPT}`],
  [
    'Django, bcrypt of SHA-256',
    'bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuEfukwCt0YT1cRFDinSOsEJz9R07R1QW',
    'bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuEfukwCt0YT1cRFDinSOsEJz9R07R1QW',
  ],
  [
    'WordPress since 6.8',
    '$wp$2y$05$abcdefghijklmnopqrstuusnr7lFubM2l5GUO9vf6.pk3fB5TjP/6',
    '$wp$2y$05$abcdefghijklmnopqrstuusnr7lFubM2l5GUO9vf6.pk3fB5TjP/6',
  ],
  ['Spring, bcrypt', `{bcrypt}$2a$05$${BCRYPT}`, `$2a$05$${BCRYPT}`],
  ['OpenLDAP, bcrypt', `{CRYPT}$2y$05$${BCRYPT}`, `$2y$05$${BCRYPT}`],
  ['Dovecot, bcrypt', `{BLF-CRYPT}$2y$05$${BCRYPT}`, `$2y$05$${BCRYPT}`],
  ['Nextcloud, bcrypt', `1|$2y$05$${BCRYPT}`, `$2y$05$${BCRYPT}`],
  [
    'Spring, PBKDF2',
    '{pbkdf2}00010203040506074ffedb600a99495ab49cdc2c06ebd2e7dffe158850728933e5f6ae65e2378bec',
    '$pbkdf2-sha1$i=185000,l=20$AAECAwQFBgc$',
  ],
  [
    'Spring 5.8, PBKDF2',
    '{pbkdf2@SpringSecurity_v5_8}000102030405060708090a0b0c0d0e0f0d30186f0c781dbd2b3cd5ae0f75a4ab7a3a36ebde2b8fc3adc676f6167ebb6d',
    '$pbkdf2-sha256$i=310000,l=32$',
  ],
  [
    'Spring, scrypt',
    '{scrypt}$e0801$AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8AAQIDBAUGBwgJCgsMDQ4PAAECAwQFBgcICQoLDA0ODw==$1jQI8Z7/06CzB2z5C+kFLE6LSiLz+VGZoYI7X0G3xyM=',
    '$scrypt$ln=14,r=8,p=1$',
  ],
  [
    'Spring 5.8, scrypt',
    '{scrypt@SpringSecurity_v5_8}$100801$AAECAwQFBgcICQoLDA0ODw==$F/aQM+UoTyjGjaJ0ubLriYfay3rVbA9CGfA4DBOh6UA=',
    '$scrypt$ln=16,r=8,p=1$',
  ],
  [
    'ASP.NET Identity 2',
    'AAABAgMEBQYHCAkKCwwNDg+QsNj/XjPUT5xxKKggRyN0rJLoWun8oweRuObiCnpCLA==',
    '$pbkdf2-sha1$i=1000,l=20$',
  ],
  [
    'ASP.NET Identity 2, whose salt begins with any byte',
    'AP8BAgMEBQYHCAkKCwwNDg8gJ1OakB3VaPPIHGUye9+wKHWxnV220wwocj1ZbfTdWQ==',
    '$pbkdf2-sha1$i=1000,l=20$',
  ],
  [
    'ASP.NET Identity 3',
    'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg8qwSlfuUOWHYYgErXIDJmt1y8Hwr+98THiMk5inEY2jw==',
    '$pbkdf2-sha256$i=10000,l=32$',
  ],
  [
    'ASP.NET Core 7 Identity',
    'AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg9C/EM69qHKLzSwbKU/IbAHU4mgBaq70y4j1VJzzsxz2A==',
    '$pbkdf2-sha512$i=100000,l=32$',
  ],
  [
    'Flask, PBKDF2',
    'pbkdf2:sha256:50000$Zk3Jw9sT$0555b53ab81a22f6c1226ac37fe71c35c5b2d7ba469a85b4b93e48297ea3ce06',
    '$pbkdf2-sha256$i=50000,l=32$',
  ],
  [
    'Flask, scrypt',
    'scrypt:4096:8:1$Zk3Jw9sT1uQxabcd$02c0259add373d69bef0f35e99c27ccb412dd18c640ffdd275ae3be3b3fce5d49db87845194e5d6e005b7acec1693ee7a82db6f7a14f368c3b36dc8c443bef36',
    '$scrypt$ln=12,r=8,p=1$',
  ],
  [
    'OpenLDAP, PBKDF2',
    '{PBKDF2-SHA512}10000$AAECAwQFBgcICQoLDA0ODw$RV1gt3Mc6fk2Cdh2O8geaQ0q6JqXHVWSwLb7ucIbjtrPmeOBmXLZLJIDcgLthHNQIWQm8EoQPia3mXgc19h1bw',
    '$pbkdf2-sha512$i=10000,l=64$',
  ],
];

describe.each(FOREIGN)('a hash of %s', (_, hash, stored) => {
  it('is read, stored in the canonical notation, and matches its password', async () => {
    const { text } = readForeignHash(hash);
    expect(text.startsWith(stored)).toBe(true);
    const kept = readHash(text);
    expect(kept.text).toBe(text);
    expect(await kept.verify(PASSWORD)).toBe(true);
    expect(await kept.verify(`${PASSWORD.slice(0, -1)}T`)).toBe(false);
  });
});

describe('Argon2 behind the prefix of another system', () => {
  it.each(['{ARGON2}', '{argon2@SpringSecurity_v5_8}', '{ARGON2ID}', '3|', '2|', 'argon2'])(
    '%s',
    (prefix) => {
      expect(readForeignHash(`${prefix}$argon2id$v=19$${ARGON2}`).text).toBe(`$argon2id$v=19$${ARGON2}`);
    },
  );
});

describe('the estimated cost', () => {
  it.each([
    ['$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$in3bp+j9hxgVCvYD91od4KSqG6qTATnUulI8YlorcN0', 1],
    [
      '$argon2id$v=19$m=65536,p=4,t=3$c2FsdHNhbHRzYWx0c2FsdA$in3bp+j9hxgVCvYD91od4KSqG6qTATnUulI8YlorcN0',
      3.7,
    ],
    [`$2y$10$${BCRYPT}`, 1.5],
    [`$2y$12$${BCRYPT}`, 6],
    ['pbkdf2_sha256$600000$Zk3Jw9sT1uQx$9nm0tkhkhsTL14uPnFMzIsi5ig+b4uoL1x/tQkcvZW4=', 2.4],
    ['scrypt$16384$Zk3Jw9sT1uQx$8$1$9nm0tkhkhsTL14uPnFMzIsi5ig+b4uoL1x/tQkcvZW4=', 1],
  ])('of %s is that of %d hashes made today', (hash, cost) => {
    expect(readForeignHash(hash).cost).toBeCloseTo(cost, 1);
  });
});

describe('a hash that cannot be taken over', () => {
  it.each([
    ['$P$BWwhqQkZJ1yqQmJVKYqmkP7z0dm3nd1', 'PHPass'],
    ['$H$9WwhqQkZJ1yqQmJVKYqmkP7z0dm3nd1', 'PHPass'],
    ['$S$DWwhqQkZJ1yqQmJVKYqmkP7z0dm3nd1WwhqQkZJ1yqQmJVKYqmk', 'PHPass'],
    ['{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr', 'SSHA'],
    ['{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=', 'SHA'],
    ['{MD5}X03MO1qnZdYdgyfeuILPmQ==', 'MD5'],
    ['{SSHA512}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr', 'SSHA'],
    ['$1$abcdefgh$0123456789012345678901', 'crypt(3)'],
    ['$5$rounds=5000$abcdefgh$x', 'crypt(3)'],
    ['$6$abcdefgh$x', 'crypt(3)'],
    ['{CRYPT}$6$abcdefgh$x', 'crypt(3)'],
    ['{crypt}ab01FAX.bQRSU', 'crypt(3)'],
    ['$y$j9T$abcdefgh$x', 'crypt(3)'],
    ['$apr1$abcdefgh$x', 'crypt(3)'],
    [`$2x$05$${BCRYPT}`, 'crypt(3)'],
    ['ab01FAX.bQRSU', 'DES crypt'],
    ['$firescrypt$ln=14,r=8,p=1$c2FsdA$aGFzaA', 'Firebase'],
    [`${'Ab1/'.repeat(21)}Ag==`, 'Firebase'],
    ['5f4dcc3b5aa765d61d8327deb882cf99', 'hexadecimal digest'],
    ['5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8:salt', 'hexadecimal digest'],
    ['47888d5faf8f31868c25855c4cc74889eb1bc55cb7356538f7b7ed6f0329d7cf', 'hexadecimal digest'],
    ['sha1$a1976$a36cc8cbf81742a8fb52e221aaeab48ed7f58ab4', 'single digest'],
    ['*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19', 'MySQL'],
    ['md5a6343a68d964ca596d9752250d54bb8a', 'database'],
    ['SCRAM-SHA-256$4096:c2FsdA==$a:b', 'database'],
    ['{noop}password', 'clear text'],
    ['', 'empty'],
    ['!bWlzdGFrZQ', 'Django'],
    ['$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2', 'passlib'],
  ])('is called by its name, with what to do: %s', (hash, name) => {
    expect(() => readForeignHash(hash)).toThrow(UnusableHash);
    expect(() => readForeignHash(hash)).toThrow(name);
    expect(() => readForeignHash(hash)).toThrow(/new password\.$/);
  });

  it.each(['tractor yellow moonlight', '$argon3$x', '{bcrypt}', '3|', 'x'.repeat(3000), '1|'.repeat(1000)])(
    'is told which notations there are: %#',
    (hash) => {
      expect(() => readForeignHash(hash)).toThrow(/must be of Argon2, bcrypt, scrypt or PBKDF2/);
    },
  );

  it('does not hold up the expressions that read it', () => {
    for (const start of [
      '{crypt}$2',
      'pbkdf2_sha256$1$',
      'scrypt$1$',
      'scrypt:1:1:1$',
      '$e0801$',
      'A',
      '3|$',
      '{pbkdf2}',
    ]) {
      for (const filler of ['a', '1', '$', 'A$A', '3|$', '{crypt}$2a$']) {
        const hash = start + filler.repeat(2000 / filler.length);
        const before = performance.now();
        try {
          readForeignHash(hash);
        } catch (error) {
          expect(error).toBeInstanceOf(UnusableHash);
        }
        expect(performance.now() - before).toBeLessThan(1000);
      }
    }
  });
});
