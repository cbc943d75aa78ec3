import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Administration, administrationOf, expectRefusedMembers } from '../support/administration.js';
import { signIn } from '../support/http.js';
import { decodeJwt } from '../support/jwt.js';
import { PASSWORD, type TestClient, aConfidentialClient, aPerson } from '../support/mothers.js';
import { type TestServer, startServer } from '../support/server.js';
import { expectTokens, watchHashing } from '../support/token-endpoint.js';
import { expectOAuthError } from '../support/verdicts.js';

let server: TestServer;
let admin: Administration;
let client: TestClient;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
  client = await aConfidentialClient(server);
});

afterAll(() => server.close());
afterEach(() => vi.restoreAllMocks());

async function expectSignsIn(username: string, password: string, sub?: string): Promise<void> {
  const answer = await signIn(server, client, { username, password });
  expectTokens(answer);
  if (sub !== undefined) expect(decodeJwt(answer.json.access_token).claims.sub).toBe(sub);
}

async function expectRefused(username: string, password: string): Promise<void> {
  expectOAuthError(await signIn(server, client, { username, password }), 'invalid_grant');
}

describe('RFC 8265 §3: usernames', () => {
  it.each([
    ['NFC', 'NFD', 'söphie.məmmədova'],
    ['NFD', 'NFC', 'chloé'],
  ])('set in %s are found in %s', async (set, sent, username) => {
    const { sub } = await aPerson(server, { username: username.normalize(set) });
    await expectSignsIn(username.normalize(sent), PASSWORD, sub);
    await expectSignsIn(username.normalize(set), PASSWORD, sub);
  });

  it('are found in any case and width, as the same subject (UsernameCaseMapped, §3.3)', async () => {
    const { sub } = await aPerson(server, { username: 'Alice.Example' });
    for (const spelling of ['alice.example', 'ALICE.EXAMPLE', 'aLiCe.eXaMpLe', 'ａｌｉｃｅ.ｅｘａｍｐｌｅ']) {
      await expectSignsIn(spelling, PASSWORD, sub);
    }
    await expectRefused('alice-example', PASSWORD);
  });

  it('are folded without a language: no dotless i becomes an i', async () => {
    const { sub } = await aPerson(server, { username: 'irina' });
    await expectSignsIn('IRINA', PASSWORD, sub);
    const other = await aPerson(server, { username: 'ırına' });
    await expectSignsIn('ırına', PASSWORD, other.sub);
    expect(other.sub).not.toBe(sub);
  });

  it.each([
    ['ibrahim', ['İBRAHİM', 'IBRAHIM', 'ıbrahım', 'İbrahim']],
    ['ışık', ['IŞIK', 'IŞİK', 'işik', 'İşık']],
    ['İsmayıl', ['ismayil', 'ISMAYIL', 'İSMAYIL', 'ismayıl']],
  ])('whose i has other dots mean the only user with such a name: %s', async (username, spellings) => {
    const { sub } = await aPerson(server, { username });
    for (const spelling of spellings) await expectSignsIn(spelling, PASSWORD, sub);
  });

  it('keep the dots of every letter but i', async () => {
    const { sub } = await aPerson(server, { username: 'quentin' });
    await expectSignsIn('quentİn', PASSWORD, sub);
    for (const dotted of [
      'q\u0307uentin',
      'quentin\u0307',
      'qu\u0307entin',
      '\u0307quentin',
      'quentı\u0307n',
    ]) {
      await expectRefused(dotted, PASSWORD);
    }
  });

  it('that could mean two users by the dots of i mean neither, unless one matches exactly', async () => {
    const dotted = await aPerson(server, { username: 'aydin.filiz' });
    const created = await admin('POST', '/admin/users', { username: 'aydın.filiz', password: PASSWORD });
    expect(created).toMatchObject({ status: 201, json: { warnings: [{ pointer: '/username' }] } });
    await expectSignsIn('AYDIN.FILIZ', PASSWORD, dotted.sub);
    await expectSignsIn('aydın.filiz', PASSWORD, created.json.id);
    await expectRefused('AYDIN.FİLİZ', PASSWORD);
    await expectRefused('aydın.fılız', PASSWORD);
  });

  it('may consist of words that are separated by single spaces (§3.1)', async () => {
    const created = await admin('POST', '/admin/users', { username: 'First Last', password: PASSWORD });
    expect(created.status).toBe(201);
    expect(created.json).not.toHaveProperty('warnings');
    await expectSignsIn('first last', PASSWORD, created.json.id);
    await expectRefused('first  last', PASSWORD);
  });

  it('have no space around them that would be cut off', async () => {
    const { sub } = await aPerson(server, { username: 'edgar' });
    for (const padded of [' edgar', 'edgar ', '\u00a0edgar', 'edgar\u3000', 'edgar\t', '\u200bedgar']) {
      await expectRefused(padded, PASSWORD);
    }
    await expectSignsIn('edgar', PASSWORD, sub);
  });

  it.each([
    ['two spaces inside', 'two  words'],
    ['a space before', ' padded'],
    ['a no-break space', 'no\u00a0break'],
    ['an ideographic space, which NFKC turns into a space', 'wide\u3000space'],
    ['nothing', ''],
    ['NUL', 'nul\0byte'],
    ['a line feed', 'line\nfeed'],
    ['a zero-width space', 'zero\u200bwidth'],
    ['a right-to-left override', 'abc\u202edef'],
    ['half a surrogate pair', 'half\ud800'],
    ['Latin and Cyrillic letters together', 'pаypal'],
    ['129 characters', 'x'.repeat(129)],
  ])('are refused with %s', async (_, username) => {
    expectRefusedMembers(await admin('POST', '/admin/users', { username, password: PASSWORD }), 'username');
  });

  it('are taken once, however they are spelled', async () => {
    await aPerson(server, { username: 'straße' });
    for (const username of ['straße', 'STRASSE', 'Strasse', 'ｓｔｒａｓｓｅ']) {
      const again = await admin('POST', '/admin/users', { username, password: PASSWORD });
      expect({ username, status: again.status }).toEqual({ username, status: 409 });
    }
  });

  it('come back as they were chosen, in NFC', async () => {
    const { json } = await admin('POST', '/admin/users', { username: 'Zoe\u0301', password: PASSWORD });
    expect(json.username).toBe('Zo\u00e9');
  });
});

describe('RFC 8265 §4: passwords', () => {
  it.each([
    ['NFC', 'NFD'],
    ['NFD', 'NFC'],
  ])('set in %s are accepted in %s', async (set, sent) => {
    const password = 'pässwörd-15chars';
    const { username } = await aPerson(server, { password: password.normalize(set) });
    await expectSignsIn(username, password.normalize(sent));
    await expectSignsIn(username, password.normalize(set));
  });

  it.each([
    ['a ligature and its letters', 'ﬁve green bicycles', 'five green bicycles'],
    ['full-width and plain digits', 'bicycles-of-１２３４５', 'bicycles-of-12345'],
    ['a no-break space and a space', 'five\u00a0green bicycles', 'five green bicycles'],
    ['an ideographic space and a space', 'five\u3000green bicycles', 'five green bicycles'],
    ['a superscript and a digit', 'bicycles m² of green', 'bicycles m2 of green'],
    ['case', 'Five Green Bicycles', 'five green bicycles'],
    ['a sharp s and ss', 'große grüne Räder', 'grosse grüne Räder'],
  ])('keep apart %s (OpaqueString is NFC, and nothing else)', async (_, set, sent) => {
    const { username } = await aPerson(server, { password: set });
    await expectRefused(username, sent);
    await expectSignsIn(username, set);
  });

  it('are not trimmed', async () => {
    const password = ' pw with edges ';
    const { username } = await aPerson(server, { password });
    for (const cut of ['pw with edges', ' pw with edges', 'pw with edges ', ' pw with  edges ']) {
      await expectRefused(username, cut);
    }
    await expectSignsIn(username, password);
  });

  it.each([72, 255, 256, 1000, 1023])('are compared beyond their first %i characters', async (length) => {
    const password = Array.from(
      { length: 1024 },
      (_, i) => 'abcdefghijklmnop qrstuvwxyz-0123'[(i * 7) % 32],
    ).join('');
    const { username } = await aPerson(server, { password });
    await expectRefused(username, password.slice(0, length));
    await expectRefused(username, `${password.slice(0, length)}X${password.slice(length + 1)}`);
    await expectSignsIn(username, password);
  });

  it.each([
    ['64 ASCII characters', 'Every good boy deserves fudge, and every girl does so as well. 1'],
    ['64 emoji', '🐙🦑🦐🦞🦀🐡🐠🐟🐬🐳🐋🦈🐊🐅🐆🦓'.repeat(4)],
    ['256 code points', 'şəhər açılır, gün doğur... 日本語の合言葉🦊 '.repeat(8).slice(0, 256)],
    ['15 emoji', '🐙🦑🦐🦞🦀🐡🐠🐟🐬🐳🐋🦈🐊🐅🐆'],
    ['1,024 code points of four bytes', '𐌰𐌱𐌲𐌳𐌴𐌵𐌶𐌷'.repeat(128)],
  ])('may have %s', async (_, password) => {
    const created = await admin('POST', '/admin/users', { username: `long-${hash(password)}`, password });
    expect(created.status).toBe(201);
    await expectSignsIn(created.json.username, password);
    await expectRefused(created.json.username, Array.from(password).slice(0, -1).join(''));
  });

  it.each([
    ['14 characters', 'kqzvxwjpfmhtgo'],
    ['14 emoji, which are 28 UTF-16 units', '🐙🦑🦐🦞🦀🐡🐠🐟🐬🐳🐋🦈🐊🐅'],
    ['1,025 characters', 'ab c-'.repeat(205)],
    ['NUL', 'five green\0 bicycles'],
    ['a line feed', 'five green\n bicycles'],
  ])('must not have %s', async (_, password) => {
    const refused = await admin('POST', '/admin/users', { username: 'not-created', password });
    expectRefusedMembers(refused, 'password');
    expect(refused.text).not.toContain(password.slice(0, 8));
  });

  it('that nobody can have are refused without a hash, whoever they are for', async () => {
    const { username } = await aPerson(server);
    const hashing = watchHashing(server);
    for (const password of ['x'.repeat(4097), 'é'.repeat(2049), `a${'\u0323'.repeat(300)}`]) {
      await expectRefused(username, password);
      await expectRefused('nobody', password);
    }
    expect(hashing).not.toHaveBeenCalled();
    await expectSignsIn(username, PASSWORD);
  });
});

function hash(text: string): string {
  return Buffer.from(text).subarray(0, 4).toString('hex') + text.length;
}
