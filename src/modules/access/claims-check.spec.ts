import { describe, expect, it } from 'vitest';
import { InvalidToken } from '../../protocol/bearer-error.js';
import { checkClaims } from './claims-check.js';

const NOW = 1_763_769_600;
const EXPECTED = { issuer: 'https://as.example', audience: 'https://api.example', now: NOW };

const CLAIMS = {
  iss: 'https://as.example',
  sub: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10',
  aud: 'https://api.example',
  client_id: 'client-1',
  scope: 'resources:read',
  iat: NOW - 10,
  exp: NOW + 300,
  jti: 'token-1',
  sid: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b11',
};

/** Values of `name` that must be refused. */
function expectRefused(name: string, values: unknown[]): void {
  for (const value of values) {
    expect(() => checkClaims({ ...CLAIMS, [name]: value }, EXPECTED), JSON.stringify(value)).toThrow(
      InvalidToken,
    );
  }
  const { [name]: _, ...without } = CLAIMS as Record<string, unknown>;
  if (name !== 'nbf') expect(() => checkClaims(without, EXPECTED), 'absent').toThrow(InvalidToken);
}

function expectAccepted(claims: object): void {
  expect(checkClaims(claims, EXPECTED)).toEqual(claims);
}

describe('the claims of an access token', () => {
  it('are returned as they are when they are good', () => expectAccepted(CLAIMS));

  it('may have members beyond the known ones', () => expectAccepted({ ...CLAIMS, acr: '1', amr: ['pwd'] }));

  it.each([[[]], [[CLAIMS]], ['x'], [null], [7], [undefined], [true], [{}]])(
    'are refused as %j',
    (payload) => {
      expect(() => checkClaims(payload, EXPECTED)).toThrow(InvalidToken);
    },
  );

  it.each(['sub', 'client_id', 'jti', 'sid'])('must have a %s that is text', (name) =>
    expectRefused(name, ['', null, undefined, [], ['x'], {}, 7, true, '\0', 'a\0b']),
  );

  it('must name the issuer exactly', () =>
    expectRefused('iss', [
      'https://as.example/',
      'http://as.example',
      'https://AS.example',
      'https://as.example.evil',
      ['https://as.example'],
      '',
      null,
    ]));

  it('must name the audience, alone or among others', () => {
    expectRefused('aud', [
      'https://api.example.evil',
      'https://api.example/',
      '',
      [],
      {},
      null,
      ['https://other.example'],
      [['https://api.example']],
      ['https://api.example', null],
      { length: 1, 0: 'https://api.example' },
    ]);
    expectAccepted({ ...CLAIMS, aud: ['https://other.example', 'https://api.example'] });
  });

  it('must have a scope in the form of RFC 6749 §3.3', () => {
    expectRefused('scope', ['', ' ', 'a  b', ' a', 'a ', 'a\tb', 'a"b', ['a'], null, 7]);
    expectAccepted({ ...CLAIMS, scope: 'a b' });
  });

  it('may say nothing in the scope only where that was asked for', () => {
    const lenient = { ...EXPECTED, scopeMayBeEmpty: true };
    expect(checkClaims({ ...CLAIMS, scope: '' }, lenient)).toMatchObject({ scope: '' });
    for (const scope of [undefined, null, ' ', 'a  b', [], 7]) {
      expect(() => checkClaims({ ...CLAIMS, scope }, lenient)).toThrow(InvalidToken);
    }
  });

  it('must not have expired: the moment of exp is past the end (RFC 7519 §4.1.4)', () => {
    expectRefused('exp', [NOW, NOW - 1, 0, -1, `${NOW + 300}`, null, NaN, Infinity, NOW + 0.5, 2 ** 53, {}]);
    expectAccepted({ ...CLAIMS, exp: NOW + 1 });
  });

  it('must not be from the future, but for a small difference of clocks', () => {
    expectRefused('iat', [NOW + 6, NOW + 3600, `${NOW}`, null, Infinity, NOW - 0.5]);
    expectAccepted({ ...CLAIMS, iat: NOW + 5 });
    expectRefused('nbf', [NOW + 6, NOW + 61, `${NOW}`, null, Infinity, NOW - 0.5]);
    expectAccepted({ ...CLAIMS, nbf: NOW + 5 });
  });
});
