import { describe, expect, it } from 'vitest';
import { objectionToClientId } from './client-id.js';
import { isPersonSubject } from './subject.js';

const UUID = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';

describe('the subject of a person', () => {
  it.each([
    UUID,
    'user:4711',
    'alice@example.com',
    'corp/alice',
    'auth0|5f7c8ec7c33c6c004bbafe82',
    '!',
    `:${'a'.repeat(254)}`,
  ])('may be %s', (sub) => {
    expect(isPersonSubject(sub)).toBe(true);
  });

  it.each<[string, string]>([
    ['empty', ''],
    ['longer than 255 characters', `:${'a'.repeat(255)}`],
    ['with a space', 'user: 1'],
    ['with a quote', 'user:"1"'],
    ['with a backslash', String.raw`corp\alice`],
    ['with a line break', 'user:1\n'],
    ['with NUL', 'user:1\0'],
    ['with a letter that is not ASCII', 'user:é'],
    ['of characters that a client_id may have', 'alice'],
    ['a number', '4711'],
    ['dots', '..'],
    ['an upper-case UUID', UUID.toUpperCase()],
    ['a UUID with something after it', `${UUID}0`],
  ])('is nothing %s', (_, sub) => {
    expect(isPersonSubject(sub)).toBe(false);
  });

  it.each([UUID, 'user:4711', 'grantway', 'a', '4711', '~', '..', UUID.toUpperCase(), 'x'.repeat(128)])(
    'is never what a client is called: %s',
    (text) => {
      const mayBeClient = objectionToClientId(text) === undefined;
      expect(mayBeClient && isPersonSubject(text)).toBe(false);
    },
  );
});
