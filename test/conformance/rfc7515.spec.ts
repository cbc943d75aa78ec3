import { type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { signIn } from '../support/http.js';
import { type DecodedJwt, decodeJwt, encode, signedWith, theServersKey } from '../support/jwt.js';
import { aPerson } from '../support/mothers.js';
import {
  type TokenPlaces,
  expectAccepted,
  expectAttacksRefused,
  startTokenPlaces,
} from '../support/token-places.js';

let places: TokenPlaces;
let accessToken: string;
let genuine: DecodedJwt;
let key: KeyObject;

beforeAll(async () => {
  places = await startTokenPlaces();
  const { server, client } = places;
  accessToken = (await signIn(server, client, await aPerson(server))).json.access_token;
  genuine = decodeJwt(accessToken);
  key = (await theServersKey(server)).privateKey;
});

afterAll(() => places?.close());

/** At every place that judges tokens. A text that is no b64token makes a malformed request of it (RFC 6750 §3.1). */
async function expectAllRefused(attacks: Record<string, string>): Promise<void> {
  await expectAttacksRefused(places, attacks, accessToken);
}

/** Signs a header and a payload in exactly this spelling. */
function signedText(header: string, payload: string): string {
  const input = `${header}.${payload}`;
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

describe('RFC 7515 §4.1.11: critical header parameters', () => {
  it.each([[['exp']], [['b64']], [[]], ['x'], [['unknown']], [null], [{}]])(
    'refuses crit %j under a good signature',
    async (crit) => {
      await expectAllRefused({
        'crit alone': signedWith(key, { ...genuine.header, crit }, genuine.claims),
        'crit with what it names': signedWith(
          key,
          { ...genuine.header, crit, exp: 1, b64: true, unknown: true },
          genuine.claims,
        ),
      });
    },
  );

  it('refuses an unencoded payload (RFC 7797), announced or not', async () => {
    const payload = JSON.stringify(genuine.claims);
    await expectAllRefused({
      'b64 false, encoded all the same': signedWith(key, { ...genuine.header, b64: false }, genuine.claims),
      'b64 false and crit': signedWith(key, { ...genuine.header, b64: false, crit: ['b64'] }, genuine.claims),
      'really unencoded': signedText(
        encode({ ...genuine.header, b64: false, crit: ['b64'] }),
        payload.replaceAll('.', '_'),
      ),
    });
  });
});

describe('RFC 7515 §4.1: header parameters', () => {
  it('refuses header members that this issuer does not write', async () => {
    await expectAllRefused(
      Object.fromEntries(
        [{ cty: 'JWT' }, { zip: 'DEF' }, { enc: 'A256GCM' }, { url: 'https://as' }, { nonce: 'n' }].map(
          (member) => [
            Object.keys(member)[0]!,
            signedWith(key, { ...genuine.header, ...member }, genuine.claims),
          ],
        ),
      ),
    );
  });

  it('refuses a header that is no JSON object in UTF-8', async () => {
    const payload = encode(genuine.claims);
    const json = JSON.stringify(genuine.header);
    await expectAllRefused({
      'an array': signedText(encode([genuine.header]), payload),
      'a string': signedText(encode('"at+jwt"'), payload),
      null: signedText(encode('null'), payload),
      'no JSON': signedText(encode('{alg:ES256}'), payload),
      'a byte order mark': signedText(encode(`\uFEFF${json}`), payload),
      'a key id in broken UTF-8': signedText(
        encode(Buffer.from(json.replace('"kid":"', '"kid":"\xff'), 'latin1')),
        payload,
      ),
      'an own __proto__': signedText(encode(json.replace('{', '{"__proto__":{},')), payload),
    });
  });

  it('takes the last of two members of one name, as the JSON parser does, so that the two never disagree', async () => {
    const json = JSON.stringify(genuine.header);
    const payload = encode(genuine.claims);
    await expectAllRefused({
      'the last is none': signedText(encode(json.replace(/}$/, ',"alg":"none"}')), payload),
      'the last type is another': signedText(encode(json.replace(/}$/, ',"typ":"JWT"}')), payload),
    });
  });
});

describe('RFC 7515 §2 and §7.1: the compact serialization', () => {
  it('refuses spellings that only a lenient decoder reads', async () => {
    const [header = '', payload = '', signature = ''] = accessToken.split('.');
    const last = signature.at(-1)!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const sibling = alphabet[alphabet.indexOf(last) ^ 1]!;
    await expectAllRefused({
      'left-over bits in the signature': `${header}.${payload}.${signature.slice(0, -1)}${sibling}`,
      'padding on the signature': `${accessToken}==`,
      'padding on the header': `${header}=.${payload}.${signature}`,
      'the plain base64 alphabet': signedText(
        header,
        encode({ ...genuine.claims, x: '>>>???' })
          .replaceAll('-', '+')
          .replaceAll('_', '/'),
      ),
      'a line break': `${header}.${payload}.\n${signature}`.replace('\n', '%0A'),
      'an empty header': `.${payload}.${signature}`,
      'an empty payload': signedText(header, ''),
      'two parts': `${header}.${payload}`,
      'four parts': `${accessToken}.${signature}`,
      'a fourth part that is empty': `${accessToken}.`,
    });
  });

  it('refuses the JSON serialization', async () => {
    const [header = '', payload, signature] = accessToken.split('.');
    const flattened = JSON.stringify({ protected: header, payload, signature });
    const general = JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
    await expectAllRefused({ flattened, general });
  });

  it('refuses a token longer than any it issues, before any other work', async () => {
    const ofLength = (filler: number): string =>
      signedWith(key, genuine.header, { ...genuine.claims, filler: 'x'.repeat(filler) });
    await expectAccepted(places, ofLength(6_000));
    await expectAllRefused({ 'thirteen thousand characters': ofLength(9_500) });
  });
});
