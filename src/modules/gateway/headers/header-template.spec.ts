import { describe, expect, it } from 'vitest';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { parseTemplate, renderTemplate } from './header-template.js';

const CLAIMS = {
  sub: 'alice',
  roles: ['editor', 'admin'],
  name: 'Zoë',
  email: 'a@b\r\nX-Admin: 1',
  attributes: {
    tenant: 't1',
    level: 3,
    tags: ['a,b', 'c'],
    groups: ['x,admin'],
    empty: '',
    none: [],
    deep: { x: 1 },
  },
} as unknown as AccessTokenClaims;

function rendered(text: string, claims: AccessTokenClaims | undefined = CLAIMS): string | undefined {
  return renderTemplate(parseTemplate(text)!, { requestId: 'r-1', clientIp: '2001:db8::1', claims });
}

describe('the value of a header field of a route', () => {
  it.each([
    ['plain', 'plain'],
    ['{request_id}/{client_ip}', 'r-1/2001:db8::1'],
    ['tenant {claim:attributes.tenant}', 'tenant t1'],
    ['{claim:attributes.level}', '3'],
    ['{claim:roles}', 'editor,admin'],
    ['{{"a":"{claim:sub}"}}', '{"a":"alice"}'],
  ])('is for %s: %s', (text, expected) => {
    expect(rendered(text)).toBe(expected);
  });

  it('is UTF-8', () => {
    expect(Buffer.from(rendered('{claim:name}')!, 'latin1').toString('utf8')).toBe('Zoë');
  });

  it.each([
    ...[
      'x {claim:nobody}',
      '{claim:attributes.nobody}',
      '{claim:constructor}',
      '{claim:attributes.toString}',
    ],
    // Control characters, a list that would be another, nothing, and what is no text.
    ...['{claim:email}', '{claim:attributes.tags}', '{claim:attributes.empty}', '{claim:attributes.none}'],
    ...['{claim:attributes.groups}', '{claim:attributes.deep}', '{claim:attributes}'],
  ])('is none where a claim is missing or cannot be sent: %s', (text) => {
    expect(rendered(text)).toBeUndefined();
  });

  it('is none where nobody is known', () => {
    expect(
      renderTemplate(parseTemplate('{claim:sub}')!, { requestId: 'r', clientIp: 'i', claims: undefined }),
    ).toBeUndefined();
  });

  it.each(['{', 'a}', '{sub}', '{claim:}', '{claim:a b}', '${NAME}', '{{}', '{request_id'])(
    'is not written %s',
    (text) => {
      expect(parseTemplate(text)).toBeUndefined();
    },
  );
});
