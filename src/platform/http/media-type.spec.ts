import { describe, expect, it } from 'vitest';
import { mediaTypeMistake } from './media-type.js';

describe('the parameters of a media type', () => {
  it.each([
    '',
    ';',
    ' ; ; ;',
    ';charset=utf-8',
    '; charset=UTF-8;',
    '\t;\tcharset=utf8',
    '; charset="utf-8"',
    '; charset="u\\tf-8"',
    '; CHARSET=Utf-8',
    '; charset=utf-8; charset="UTF8"',
    '; v=1',
    '; profile="https://example.com/a;charset=utf-16"',
    '; profile="a\\"; charset=utf-16; x=\\""',
    '; charset=utf-8 ',
  ])('say nothing against UTF-8 in %j', (parameters) => {
    expect(mediaTypeMistake(`application/json${parameters}`)).toBeUndefined();
  });

  it.each([
    ['; charset=utf-16', 'utf-16'],
    ['; v=1; charset="ISO-8859-1"', 'ISO-8859-1'],
    ['; charset=utf-8; charset=utf-16le', 'utf-16le'],
    ['; charset=us-ascii;', 'us-ascii'],
    ['; charset=""', 'another charset'],
    ['; charset="<script>"', 'another charset'],
    [`; charset=${'x'.repeat(41)}`, 'another charset'],
  ])('name another charset in %j, and the refusal names it', (parameters, name) => {
    expect(mediaTypeMistake(`application/json${parameters}`)).toBe(
      `The request body must be in UTF-8, not in ${name}.`,
    );
  });

  it.each([
    ';x',
    '; charset',
    '; charset=',
    '; charset =utf-8',
    '; =utf-8',
    '; charset="utf-8',
    ' x',
    ';a=b c',
    ';a=b,text/plain',
  ])('are malformed in %j', (parameters) => {
    expect(mediaTypeMistake(`application/json;${parameters}`)).toMatch(/malformed/);
  });
});
