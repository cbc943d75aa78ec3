import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoutesFolder, aFileWith } from '../../../../../test/support/routes-folder.js';

let folder: RoutesFolder;

beforeEach(() => {
  folder = new RoutesFolder();
});
afterEach(() => folder.remove());

describe('the YAML', () => {
  const GOOD = aFileWith('scopes: [a]');

  it.each([
    ['a member twice', GOOD.replace('scopes: [a]', 'scopes: [a], scopes: []'), /is there already/],
    ['an alias', GOOD.replace('[a]', '*x'), /alias/],
    ['an anchor', GOOD.replace('[a]', '&x [a]'), /anchors/],
    ['a merge key', GOOD.replace('scopes: [a]', '<<: { public: true }'), /is not a member/],
    ['a tag of its own', GOOD.replace('[a]', '!x [a]'), /tags/],
    ['a known tag', GOOD.replace('[a]', '[!!str a]'), /tags/],
    ['a binary', GOOD.replace('[a]', '!!binary aaaa'), /tags/],
    ['a second document', `${GOOD}---\n${GOOD}`, /one document/],
    ['an unknown directive', `%FOO bar\n---\n${GOOD}`, /BAD_DIRECTIVE/],
    ['a tab', 'routes:\n\t- a\n', /tabs/],
    ['a member that is no text', GOOD.replace('scopes:', '[a, b]:'), /not a text/],
    [
      'a bomb',
      `a: &a [x,x]\n${'bcdefghi'
        .split('')
        .map((to, at) => `${to}: &${to} [*${'abcdefgh'[at]},*${'abcdefgh'[at]}]`)
        .join('\n')}`,
      /alias/,
    ],
    ['depth', `routes: ${'['.repeat(20_000)}`, /./],
  ])('has no %s', (_, text, detail) => {
    const began = performance.now();
    const found = folder.mistakesOf(text);
    expect(found.map((mistake) => mistake.detail).join('\n')).toMatch(detail);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(found.every(({ line }) => line !== undefined && line >= 1)).toBe(true);
  });

  it('is told of each mistake once', () => {
    expect(folder.mistakesOf(GOOD.replace('[a]', '!x [a]'))).toHaveLength(1);
  });

  it.each([
    ['bracket', '[a', 5],
    ['brace', '{ GET: [a]', 5],
    // Told where the text ends: anything may be within quotes.
    ['quote', '"a', 6],
    ['quote of the other kind', "'a", 6],
  ])('with an open %s is told of that once, not of every line after it', (_, scopes, line) => {
    const text = `routes:\n  - id: a\n    path: /a\n    scopes: ${scopes}\n    upstream: http://u\n`;
    expect(folder.mistakesOf(text)).toEqual([
      {
        ...{ line, column: expect.any(Number), pointer: '' },
        detail: expect.stringMatching(/^is not valid YAML here; a bracket or quote above may be open/),
      },
    ]);
  });

  it('is told of what is wrong before such a line as well', () => {
    const text = 'routes:\n  - id: a\n    id: a\n    scopes: [a\n    path: /a\n';
    expect(folder.mistakesOf(text).map(({ line }) => line)).toEqual([3, 5]);
  });

  it('may have comments, quotes, and both styles', () => {
    expect(folder.read(`# yaml-language-server: $schema=x\n%YAML 1.2\n---\n${GOOD}`)).toHaveLength(1);
    expect(
      folder.read(
        `routes:\n  # a comment\n  - "id": 'a'\n    path: /a # and one here\n    upstream: >-\n      http://u\n`,
      ),
    ).toHaveLength(1);
  });

  it('may be JSON', () => {
    expect(
      folder.read(JSON.stringify({ routes: [{ id: 'a', path: '/a', upstream: 'http://u' }] })),
    ).toHaveLength(1);
  });
});
