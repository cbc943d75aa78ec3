import { createHash, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf, expectRefusedMembers } from '../../support/administration.js';
import { refresh, signIn } from '../../support/http.js';
import { PASSWORD, type TestClient, aConfidentialClient } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectTokens } from '../../support/token-endpoint.js';
import { expectOAuthError } from '../../support/verdicts.js';

const TODAY = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

let server: TestServer;
let admin: Administration;
let client: TestClient;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
  client = await aConfidentialClient(server);
});

afterAll(() => server.close());

const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/** Hashes as other systems have them, each of the same password. */
const ELSEWHERE: [string, (password: string) => Promise<string>][] = [
  ['bcrypt', (password) => bcrypt(password, 4)],
  ['bcrypt of PHP', async (password) => (await bcrypt(password, 4)).replace(/^\$2b\$/, '$2y$')],
  [
    'scrypt',
    async (password) => {
      const salt = randomBytes(16);
      const digest = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
      return `$scrypt$ln=14,r=8,p=1$${unpadded(salt)}$${unpadded(digest)}`;
    },
  ],
  [
    'PBKDF2 of Passlib',
    async (password) => {
      const salt = randomBytes(16);
      const digest = pbkdf2Sync(password, salt, 29_000, 32, 'sha256');
      const adapted = (bytes: Uint8Array) => unpadded(bytes).replaceAll('+', '.');
      return `$pbkdf2-sha256$29000$${adapted(salt)}$${adapted(digest)}`;
    },
  ],
  [
    'Keycloak, with a key longer than the digest',
    async (password) => {
      const salt = randomBytes(16);
      const key = pbkdf2Sync(password, salt, 27_500, 64, 'sha256');
      return `$pbkdf2-sha256$i=27500,l=64$${unpadded(salt)}$${unpadded(key)}`;
    },
  ],
  ['a directory, under the name of its scheme', async (password) => `{CRYPT}${await bcrypt(password, 4)}`],
  ['argon2id with less memory', (password) => argon2(password, { memoryCost: 8192, timeCost: 1 })],
];

describe.each(ELSEWHERE)('a person imported with a hash of %s', (_, hashElsewhere) => {
  it('signs in with the password of old, and is kept as argon2id from then on', async () => {
    const { id, username } = await anImportedPerson(await hashElsewhere(PASSWORD));
    const imported = await storedHashOf(id);
    expect(imported).toMatch(/^\$(?:2[by]|scrypt|pbkdf2-sha256|argon2id)\$/);

    const wrong = { username, password: 'a wrong password 1' };
    expectOAuthError(await signIn(server, client, wrong), 'invalid_grant');
    expect(await storedHashOf(id)).toBe(imported);

    const first = await signIn(server, client, { username, password: PASSWORD });
    expectTokens(first);
    const upgraded = await storedHashOf(id);
    expect(upgraded).toMatch(TODAY);

    // The same password still: nobody is signed out by the upgrade.
    expectTokens(await refresh(server, client, first.json.refresh_token));
    expectTokens(await signIn(server, client, { username, password: PASSWORD }));
    expectOAuthError(await signIn(server, client, wrong), 'invalid_grant');
    expect(await storedHashOf(id)).toBe(upgraded);
  });

  it('is not upgraded while disabled', async () => {
    const { id, username } = await anImportedPerson(await hashElsewhere(PASSWORD), { status: 'disabled' });
    const imported = await storedHashOf(id);
    expectOAuthError(await signIn(server, client, { username, password: PASSWORD }), 'invalid_grant');
    expect(await storedHashOf(id)).toBe(imported);
  });

  it('may have a short password of old, and gets a long one the next time', async () => {
    const { username } = await anImportedPerson(await hashElsewhere('hunter2'));
    expectTokens(await signIn(server, client, { username, password: 'hunter2' }));
  });
});

/** As other systems write them, of the same password. */
const FOREIGN = [
  [
    'ASP.NET Identity 2',
    '$pbkdf2$i=1000,l=32$AAECAwQFBgcICQoLDA0ODw$kLDY/14z1E+ccSioIEcjdKyS6Frp/KMHkbjm4gp6Qiw',
  ],
  [
    'PBKDF2 with SHA-384, padded',
    '$pbkdf2-sha384$i=10000,l=48$AAECAwQFBgcICQoLDA0ODw==$NdGmTOu9qpAVPKf5PQpQZPMx6LiaObQ7EJvtwpbEdUly2Y1Bn3fXLKaq9bd9DlGc',
  ],
  ['Django, PBKDF2', 'pbkdf2_sha1$10000$Zk3Jw9sT1uQx$hGUsrE3eHLwTIaCgcl8zAKPsowk='],
  ['Django, bcrypt of SHA-256', 'bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuEfukwCt0YT1cRFDinSOsEJz9R07R1QW'],
  ['Spring', '{bcrypt}$2a$05$abcdefghijklmnopqrstuuTfkvXjprDqWvUsasUSqi3H1S6SPGGnG'],
] as const;

describe('the notation of another system', () => {
  it.each(FOREIGN)('signs in with the password of old, and is upgraded: %s', async (_, hash) => {
    const { id, username } = await anImportedPerson(hash);
    expectTokens(await signIn(server, client, { username, password: PASSWORD }));
    expect(await storedHashOf(id)).toMatch(TODAY);
  });

  it('signs in although the last character of its salt has bits that decoders ignore', async () => {
    const made = await bcrypt(PASSWORD, 4);
    const saltEnd = '$2b$04$'.length + 21;
    const next = String.fromCharCode(made.charCodeAt(saltEnd) + 1);
    const hash = made.slice(0, saltEnd) + next + made.slice(saltEnd + 1);
    const { username } = await anImportedPerson(hash);
    expectTokens(await signIn(server, client, { username, password: PASSWORD }));
  });

  it('is not kept: another argon2id is stored in the usual order, and left as it is at a sign-in', async () => {
    const made = await argon2(PASSWORD);
    const reordered = made.replace('m=19456,t=2,p=1', 'm=19456,p=1,t=2');
    const { id, username } = await anImportedPerson(`3|${reordered}`);
    expect(await storedHashOf(id)).toBe(made);
    expectTokens(await signIn(server, client, { username, password: PASSWORD }));
    expect(await storedHashOf(id)).toBe(made);
  });

  it('is refused by its name, with what to do instead', async () => {
    const password_hash = '{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr';
    const refused = await admin('POST', '/admin/users', { username: 'refused', password_hash });
    expectRefusedMembers(refused, 'password_hash');
    expect(refused.json.errors[0].detail).toMatch(/SSHA.*too weak.*with a new password\.$/);
  });

  it('is refused when it costs more than the maximum, which the error names', async () => {
    const password_hash = `$2b$13$${'.'.repeat(53)}`;
    const refused = await admin('POST', '/admin/users', { username: 'refused', password_hash });
    expectRefusedMembers(refused, 'password_hash');
    expect(refused.json.errors[0].detail).toMatch(/12\.0 times .* the maximum is 4 \(IMPORT_MAX_COST\)/);
  });
});

describe('a password of more than 72 bytes, hashed with bcrypt', () => {
  const password = 'tractor yellow moonlight '.repeat(4);

  it('signs in, also after a mistake behind the 72 bytes, which does not become the password', async () => {
    const { id, username } = await anImportedPerson(await bcrypt(password, 4));
    expectTokens(await signIn(server, client, { username, password: `${password}!` }));
    expectTokens(await signIn(server, client, { username, password }));
    expect(await storedHashOf(id)).toMatch(/^\$2b\$/);
  });

  it('is upgraded when a digest of it was hashed', async () => {
    const digest = createHash('sha256').update(password).digest('hex');
    const { id, username } = await anImportedPerson(`bcrypt_sha256$${await bcrypt(digest, 4)}`);
    expectTokens(await signIn(server, client, { username, password }));
    expect(await storedHashOf(id)).toMatch(TODAY);
  });
});

describe('a hash that was made here', () => {
  it('is left as it is at a sign-in', async () => {
    const { json } = await admin('POST', '/admin/users', { username: 'native', password: PASSWORD });
    const made = await storedHashOf(json.id);
    expect(made).toMatch(TODAY);
    expectTokens(await signIn(server, client, { username: 'native', password: PASSWORD }));
    expect(await storedHashOf(json.id)).toBe(made);
  });
});

describe('what is no hash of a known kind', () => {
  it.each([
    ['nothing', ''],
    ['clear text', PASSWORD],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['MD5 crypt', '$1$abcdefgh$0123456789012345678901'],
    ['SHA-512 crypt', '$6$abcdefgh$x'],
    ['a truncated bcrypt', '$2b$10$N9qo8uLOickgx2ZMRZoMye'],
    ['bcrypt of absurd cost', `$2b$31$${'a'.repeat(53)}`],
    [
      'scrypt of absurd cost',
      '$scrypt$ln=40,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g',
    ],
    [
      'argon2 of absurd memory',
      '$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g',
    ],
    ['something after the hash', `$2b$04$${'a'.repeat(53)}\n`],
  ])('is refused, and not repeated: %s', async (_, password_hash) => {
    const refused = await admin('POST', '/admin/users', { username: 'refused', password_hash });
    expectRefusedMembers(refused, 'password_hash');
    if (password_hash !== '') expect(refused.text).not.toContain(password_hash);
  });

  it('cannot stand beside a password', async () => {
    const both = {
      username: 'refused',
      password: PASSWORD,
      password_hash: await bcrypt(PASSWORD, 4),
    };
    expectRefusedMembers(await admin('POST', '/admin/users', both), 'password_hash');
  });
});

let imports = 0;

async function anImportedPerson(
  password_hash: string,
  more: object = {},
): Promise<{ id: string; username: string }> {
  const username = `imported-${(imports += 1)}`;
  const { status, text, json } = await admin('POST', '/admin/users', { username, password_hash, ...more });
  expect(status).toBe(201);
  expect(text).not.toContain(password_hash);
  return { id: json.id, username };
}

async function storedHashOf(id: string): Promise<string> {
  const [row] = await server.app
    .get(DataSource)
    .query<{ password_hash: string }[]>('SELECT password_hash FROM users WHERE id = $1', [id]);
  return row!.password_hash;
}
