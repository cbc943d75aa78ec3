import { describe, expect, it } from 'vitest';
import { decodeComponent, parseForm } from './form.js';
import { InvalidRequest } from './oauth-error.js';

function parse(body: string | Uint8Array): Record<string, string> {
  return Object.fromEntries(parseForm(typeof body === 'string' ? Buffer.from(body) : body));
}

function expectRefused(body: string | Uint8Array): void {
  expect(() => parse(body), String(body)).toThrow(InvalidRequest);
}

describe('a form', () => {
  it.each<[string, Record<string, string>]>([
    ['a=b&c=d', { a: 'b', c: 'd' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=%61+%2B%26%3D%25', { a: 'a +&=%' }],
    ['%61=b', { a: 'b' }],
    ['a+b=c', { 'a b': 'c' }],
    ['a=%C3%A9&b=é', { a: 'é', b: 'é' }],
    ['a=%25%36%31', { a: '%61' }],
    ['a=%F0%9F%90%99', { a: '🐙' }],
    ['a=%00', { a: '\0' }],
    ['&a=b&&', { a: 'b' }],
  ])('reads %j', (body, form) => {
    expect(parse(body)).toEqual(form);
  });

  it.each(['', '&', '&&&', '=', 'a', 'a=', '=a&b', 'a=&b='])('has no value in %j (RFC 6749 §3.2)', (body) => {
    const { '': _nameless, ...named } = parse(body);
    expect(named).toEqual({});
  });

  it.each(['a=1&a=1', 'a=1&a=2', 'a=1&a=', 'a=&a=', 'a&a', 'a=1&%61=2', '__proto__=1&__proto__=2'])(
    'is refused when a name comes twice: %j',
    (body) => expectRefused(body),
  );

  it.each([
    'a=%',
    'a=%4',
    'a=%zz',
    'a=%u0061',
    '%=a',
    'a=%C3',
    'a=%ff',
    'a=%C0%AF',
    'a=%ED%A0%80',
    'a=%F8%88%80%80%80',
  ])('is refused with the broken escape in %j', (body) => expectRefused(body));

  it('is refused with bytes that are no UTF-8', () => {
    expectRefused(Uint8Array.of(0x61, 0x3d, 0xff));
    expectRefused(Uint8Array.of(0x61, 0x3d, 0xc3));
    expectRefused(Uint8Array.of(0x61, 0x3d, 0xed, 0xa0, 0x80));
  });

  it.each([
    ['\uFEFFa=b', 'begins with a byte order mark'],
    ['a=b\n', 'ends in a line break'],
    ['a=b\r\n', 'ends in a line break'],
    ['\n', 'ends in a line break'],
    ['a=b\n&c=d', 'has a line break in it'],
    ['a=b\r&c=d', 'has a line break in it'],
  ])('is refused with what a tool added, and told its name: %j', (body, cause) => {
    expect(() => parse(body)).toThrow(InvalidRequest);
    expect(() => parse(body)).toThrow(cause);
  });

  it('keeps both where they are encoded', () => {
    expect(parse('%EF%BB%BFa=b%0D%0A')).toEqual({ '\uFEFFa': 'b\r\n' });
  });

  it('reaches no object’s prototype by a name', () => {
    const form = parseForm(Buffer.from('__proto__=x&constructor=y'));
    expect(form.get('toString')).toBeUndefined();
    expect(form.get('__proto__')).toBe('x');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('has at most 64 parameters', () => {
    const of = (count: number): string => Array.from({ length: count }, (_, at) => `p${at}=1`).join('&');
    expect(Object.keys(parse(of(64)))).toHaveLength(64);
    expectRefused(of(65));
    expectRefused('&'.repeat(64));
  });

  it('lets resource repeat, joined by the space that no URI has (RFC 8707 §2)', () => {
    expect(parse('resource=https://a&resource=&resource=https://b')).toEqual({
      resource: 'https://a https://b',
    });
  });
});

describe('a form-encoded component', () => {
  it.each([
    ['a+b', 'a b'],
    ['a%2Bb', 'a+b'],
    ['%7E~-._', '~~-._'],
  ])('decodes %j once', (text, decoded) => {
    expect(decodeComponent(text)).toBe(decoded);
  });
});
