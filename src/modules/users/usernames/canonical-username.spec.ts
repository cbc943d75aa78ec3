import { describe, expect, it } from 'vitest';
import { canonicalUsername } from './canonical-username.js';

function* everyCharacter(): Generator<string> {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    if (codePoint < 0xd800 || codePoint > 0xdfff) yield String.fromCodePoint(codePoint);
  }
}

describe('the canonical form of a username', () => {
  it.each([
    ['ALICE', 'alice'],
    ['Əli.İldırım', 'əli.i\u0307ldırım'],
    ['STRASSE', 'strasse'],
    ['straße', 'strasse'],
    ['STRAẞE', 'strasse'],
    ['Ὀδυσσεύς', 'ὀδυσσεύσ'],
    ['ﬁona', 'fiona'],
    ['Ａｌｉｃｅ１', 'alice1'],
    ['Zoe\u0308', 'zo\u00eb'],
    ['K', 'k'],
  ])('of %s is %s', (username, canonical) => {
    expect(canonicalUsername(username)).toBe(canonical);
  });

  it('keeps ı and i apart', () => {
    expect(canonicalUsername('ı')).toBe('ı');
    expect(canonicalUsername('I')).toBe('i');
    expect(canonicalUsername('aydın')).not.toBe(canonicalUsername('aydin'));
  });

  it('does not trim, so that a name with a space around it is another name', () => {
    expect(canonicalUsername(' alice')).toBe(' alice');
  });

  it('is the same for any two characters that differ in case alone', () => {
    const cased = /[\p{Cased}\p{Changes_When_Casefolded}\p{Changes_When_Casemapped}]/u;
    const withCase = [...everyCharacter()].filter((character) => cased.test(character));
    const all = withCase.join('');
    const apart: string[] = [];
    for (const character of withCase) {
      const sameButForCase =
        all.match(new RegExp(`\\u{${character.codePointAt(0)!.toString(16)}}`, 'giu')) ?? [];
      for (const twin of sameButForCase) {
        if (canonicalUsername(twin) !== canonicalUsername(character)) apart.push(character + twin);
      }
    }
    expect(withCase.length).toBeGreaterThan(2500);
    expect(apart).toEqual([]);
  });

  it('of a canonical form is that form, for every character there is', () => {
    const unstable: string[] = [];
    for (const character of everyCharacter()) {
      const assigned = !/[\p{Cn}\p{Co}]/u.test(character);
      for (const text of assigned ? [character, `i${character}`, `${character}\u0345\u0301`] : [character]) {
        const canonical = canonicalUsername(text);
        if (canonicalUsername(canonical) !== canonical || canonical.normalize('NFKC') !== canonical)
          unstable.push(text);
      }
    }
    expect(unstable).toEqual([]);
  });

  it('is no different for a decomposed character', () => {
    const different: string[] = [];
    for (const character of everyCharacter()) {
      if (canonicalUsername(character.normalize('NFD')) !== canonicalUsername(character))
        different.push(character);
    }
    expect(different).toEqual([]);
  });

  it('is not worked out for text that is too long to be a username', () => {
    const marks = 'a' + '\u0301'.repeat(100_000) + '\u0323'.repeat(100_000);
    const before = performance.now();
    expect(canonicalUsername(marks)).toBe(marks);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
