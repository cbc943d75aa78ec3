import { describe, expect, it } from 'vitest';
import { ACCESS_TOKEN_TYPE } from '../../protocol/access-token.js';
import { InvalidToken } from '../../protocol/bearer-error.js';
import { readSignedTokenHeader } from './jws-header.js';

const HEADER = { typ: 'at+jwt', alg: 'ES256', kid: 'key-1' };

/** A token with this header; the rest is not looked at yet. */
function tokenWith(header: unknown): string {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  return `${Buffer.from(text).toString('base64url')}.e30.AAAA`;
}

function expectRefused(token: string): void {
  expect(() => readSignedTokenHeader(token, ACCESS_TOKEN_TYPE), token).toThrow(InvalidToken);
}

describe('the header of a signed token', () => {
  it.each(['ES256', 'RS256'])('says the key and the algorithm, here %s', (alg) => {
    expect(readSignedTokenHeader(tokenWith({ ...HEADER, alg }), ACCESS_TOKEN_TYPE)).toEqual({
      kid: 'key-1',
      algorithm: alg,
    });
  });

  it.each(['at+jwt', 'application/at+jwt'])('has the type %s of an access token', (typ) => {
    expect(readSignedTokenHeader(tokenWith({ ...HEADER, typ }), ACCESS_TOKEN_TYPE).kid).toBe('key-1');
  });

  it.each([undefined, null, '', 'JWT', 'AT+JWT', 'at+jwt ', 'id_token', ['at+jwt'], 1])(
    'is refused with the type %j',
    (typ) => expectRefused(tokenWith({ ...HEADER, typ })),
  );

  it.each([
    undefined,
    null,
    '',
    'none',
    'NONE',
    'es256',
    'ES384',
    'ES256K',
    'HS256',
    'PS256',
    'RS512',
    ['ES256'],
    1,
  ])('is refused with the algorithm %j', (alg) => expectRefused(tokenWith({ ...HEADER, alg })));

  it.each([undefined, null, '', 7, ['key-1'], {}])('is refused with the key id %j', (kid) =>
    expectRefused(tokenWith({ ...HEADER, kid })),
  );

  it.each(['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'x5t', 'cty', 'zip', 'enc', 'toString'])(
    'is refused with the member %s, whatever its value',
    (name) => {
      expectRefused(tokenWith({ ...HEADER, [name]: 'x' }));
      expectRefused(tokenWith({ ...HEADER, [name]: null }));
    },
  );

  it.each(['[]', 'null', '7', '"x"', '', '{', '{}', `${JSON.stringify(HEADER)} x`, '\uFEFF{}'])(
    'is refused when it is %j',
    (header) => expectRefused(tokenWith(header)),
  );

  it('is refused with a __proto__ of its own', () => {
    expectRefused(tokenWith(JSON.stringify(HEADER).replace('{', '{"__proto__":{"crit":[]},')));
    expectRefused(tokenWith('{"__proto__":{"typ":"at+jwt","alg":"ES256","kid":"key-1"}}'));
  });
});

describe('the form of a signed token', () => {
  const [header, payload, signature] = tokenWith(HEADER).split('.');

  it.each([
    '',
    '.',
    '..',
    `${header}`,
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${header}..${signature}`,
    `.${payload}.${signature}`,
    `${header}.${payload}.${signature}.`,
    `${header}.${payload}.${signature}.x.y`,
    `${header}.${payload}.${signature}=`,
    `${header}.${payload}.AAA/`,
    `${header}.${payload}.AAA+`,
    `${header}.${payload}.A`,
    `${header}.${payload}.AB`,
    `${header}.${payload}.AA A`,
    `${header}.${payload}.AAAA\n`,
    ` ${header}.${payload}.${signature}`,
    `${header}.${payload}.${signature}\u00e9`,
  ])('is refused as %j', (token) => expectRefused(token));

  it('has exactly one spelling for the bytes of each part', () => {
    expect(readSignedTokenHeader(`${header}.${payload}.AA`, ACCESS_TOKEN_TYPE).kid).toBe('key-1');
    for (const sibling of ['AB', 'AC', 'AP']) expectRefused(`${header}.${payload}.${sibling}`);
  });

  it('is bounded in length', () => {
    const room = 12_288 - `${header}.${payload}.`.length;
    expect(
      readSignedTokenHeader(`${header}.${payload}.${'A'.repeat(room - (room % 4))}`, ACCESS_TOKEN_TYPE).kid,
    ).toBe('key-1');
    expectRefused(`${header}.${payload}.${'A'.repeat(room - (room % 4) + 4)}`);
  });
});
