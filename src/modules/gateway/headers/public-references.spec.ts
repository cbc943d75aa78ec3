import { describe, expect, it } from 'vitest';
import type { AnswerPlace } from './public-location.js';
import { publicValue } from './public-references.js';

const TARGET = 'http://api.internal:8080';

function aPlace(stripPrefix: string, addPrefix: string): AnswerPlace {
  return {
    target: TARGET,
    path: `${addPrefix}/orders/7`,
    publicOrigin: 'https://api.example',
    route: {
      upstream: { targets: [TARGET] },
      stripPrefix,
      addPrefix,
      redirectOrigins: ['https://login.example'],
    },
  };
}

const STRIPPED = aPlace('/sr', '');
const EXCHANGED = aPlace('/ar', '/raw');
const PREFIXED = aPlace('', '/raw');

function told(name: string, value: string, place: AnswerPlace): string | undefined {
  return publicValue(name, value, place)?.text;
}

describe('a prefix', () => {
  it.each<[string, AnswerPlace, string, string]>([
    ['is not put in front of a path that has it', STRIPPED, '/sr/raw/login', '/sr/raw/login'],
    ['is put in front of any other', STRIPPED, '/raw/login', '/sr/raw/login'],
    ['is whole segments', STRIPPED, '/sraw', '/sr/sraw'],
    ['takes the place of the upstream’s', EXCHANGED, '/raw/x', '/ar/x'],
    ['leaves another path alone', EXCHANGED, '/login', '/login'],
    ['that is added goes', PREFIXED, '/raw/x', '/x'],
    ['that is added goes whole', PREFIXED, '/raw', '/'],
    ['that is part of the upstream’s goes with it', aPlace('/api', '/api/v2'), '/api/v2/x', '/api/x'],
    ['that is part of the upstream’s may be there', aPlace('/api', '/api/v2'), '/api/x', '/api/x'],
    ['that has the upstream’s in it stays', aPlace('/v1/api', '/v1'), '/v1/api/x', '/v1/api/x'],
  ])('%s', (_, place, path, expected) => {
    expect(told('location', path, place)).toBe(expected);
    expect(told('content-location', path, place)).toBe(expected);
    expect(told('refresh', `3; url=${path}`, place)).toBe(`3; url=${expected}`);
    expect(told('link', `<${path}>; rel="next"`, place)).toBe(`<${expected}>; rel="next"`);
    expect(told('set-cookie', `a=1; Path=${path}`, place)).toBe(`a=1; Path=${expected}`);
  });
});

describe('bytes beyond ASCII', () => {
  const CAFE = Buffer.from('/caf\u00e9/x').toString('latin1');

  it.each<[string, AnswerPlace, string]>([
    ['without a prefix', aPlace('', ''), '/caf%C3%A9/x'],
    ['with one', STRIPPED, '/sr/caf%C3%A9/x'],
  ])('are encoded once: %s', (_, place, expected) => {
    expect(told('location', CAFE, place)).toBe(expected);
    expect(told('content-location', CAFE, place)).toBe(expected);
    expect(told('refresh', `3; url=${CAFE}`, place)).toBe(`3; url=${expected}`);
    expect(told('link', `<${CAFE}>; title="${CAFE}"`, place)).toBe(`<${expected}>; title="${CAFE}"`);
  });
});

describe('Link', () => {
  it('has each target and anchor mapped, and nothing in its texts', () => {
    const value = `</raw/a>; rel=next; title="</raw/b> \\" </raw/c>", <${TARGET}/raw/d>;anchor="/raw/e"; rel=up,<?p=2>`;
    expect(told('link', value, EXCHANGED)).toBe(
      '</ar/a>; rel=next; title="</raw/b> \\" </raw/c>", </ar/d>;anchor="/ar/e"; rel=up,</ar/orders/7?p=2>',
    );
  });

  it('keeps a link to another origin, which sends nobody there', () => {
    const value = '<https://docs.example/x>; rel="help", <http://[>; rel="y"';
    expect(publicValue('link', value, EXCHANGED)).toEqual({ text: value, isOutside: true });
  });
});

describe('Set-Cookie', () => {
  it.each([
    ['a=Path=/raw; HttpOnly', 'a=Path=/raw; HttpOnly'],
    ['a=1', 'a=1'],
    ['a=1; path = /raw ;Secure', 'a=1; path = /ar;Secure'],
    ['a=1; Path=/raw/; Secure', 'a=1; Path=/ar; Secure'],
    ['a=1; Path=raw', 'a=1; Path=raw'],
    ['a=1; Path', 'a=1; Path'],
    // For all of the upstream: here that is all that the route leads to, and nothing of others.
    ['a=1; Path=/', 'a=1; Path=/ar'],
    ['__Host-a=1; Secure; Path=/', '__Host-a=1; Secure; Path=/'],
    ['a=1; Path=/login', 'a=1; Path=/login'],
  ])('%s becomes %s', (value, expected) => {
    expect(told('set-cookie', value, EXCHANGED)).toBe(expected);
  });

  it('is as it was where no prefix changes', () => {
    for (const value of ['a=1; Path=/', 'a=1; Path=/x/']) {
      expect(publicValue('set-cookie', value, aPlace('', ''))).toEqual({ text: value, isOutside: false });
    }
  });
});

describe('Refresh', () => {
  it.each([
    ['5', '5'],
    ['5;', '5'],
    ['0.5; URL="/raw/x"', '0; url=/ar/x'],
    ["1,url='/raw/x' trailing", '1; url=/ar/x'],
    ['1; /raw/x', '1; url=/ar/x'],
    ['1; url=https://login.example/', '1; url=https://login.example/'],
  ])('%s becomes %s', (value, expected) => {
    expect(told('refresh', value, EXCHANGED)).toBe(expected);
  });

  it.each([
    'soon',
    '',
    '1; url=http://169.254.169.254/',
    '1; url="//evil.example"',
    '1; url=javascript:alert(1)',
  ])('is withheld: %s', (value) => {
    expect(publicValue('refresh', value, EXCHANGED)).toBeUndefined();
  });
});
