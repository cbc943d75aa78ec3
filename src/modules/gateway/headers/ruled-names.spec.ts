import { describe, expect, it } from 'vitest';
import { presetHeaders, HEADER_PRESETS } from '../identity/header-presets.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { objectionToKept, objectionToRequestRule, objectionToResponseRule } from './ruled-names.js';

const TOLD = [
  'X-Identity',
  'X-Forwarded-For',
  'X-Forwarded-Prefix',
  'Forwarded',
  'X-Request-Id',
  'X-Real-IP',
  'Via',
];
const FRAMING = [
  'Host',
  'Content-Length',
  'Transfer-Encoding',
  'Connection',
  'TE',
  'Upgrade',
  'Expect',
  'Proxy-Authorization',
];

const claims = {
  ...{ sub: 'a', client_id: 'b', scope: 's', preferred_username: 'u', email: 'e', name: 'n', roles: ['r'] },
} as unknown as AccessTokenClaims;
const PRESETS = HEADER_PRESETS.flatMap((preset) => Object.keys(presetHeaders(preset, claims)));

describe('a header field that a route rules', () => {
  it.each([
    ...TOLD,
    ...FRAMING,
    ...PRESETS,
    'DPoP',
    'X-HTTP-Method-Override',
    'X-Rewrite-Url',
    'x_identity',
    'X.Forwarded.For',
  ])('is never %s of requests', (name) => expect(objectionToRequestRule(name)).toMatch(/never/));

  it.each(['X-Tenant', 'X-User-Id', 'Authorization', 'Cookie', 'Accept', 'X-Api-Key'])(
    'may be %s of requests',
    (name) => expect(objectionToRequestRule(name)).toBeUndefined(),
  );

  it.each([
    ...FRAMING.filter((name) => name !== 'Host'),
    ...[
      'Access-Control-Allow-Origin',
      'Strict-Transport-Security',
      'Location',
      'Refresh',
      'RateLimit',
      'Retry-After',
    ],
    ...['X-Accel-Redirect', 'X-Request-Id', 'X-Identity', 'WWW-Authenticate', 'Vary'],
  ])('is never %s of responses', (name) => expect(objectionToResponseRule(name, true)).toMatch(/never/));

  it('may say how long an answer is kept where anyone may call, and nowhere else', () => {
    for (const name of ['Cache-Control', 'CDN-Cache-Control', 'Surrogate-Control']) {
      expect(objectionToResponseRule(name, true)).toBeUndefined();
      expect(objectionToResponseRule(name, false)).toBe('is only for a public route');
    }
    expect(objectionToResponseRule('Content-Security-Policy', false)).toBeUndefined();
  });

  it.each([
    ...TOLD,
    ...FRAMING,
    ...PRESETS,
    'Authorization',
    'DPoP',
    'Cookie2',
    'X-HTTP-Method',
    'Access-Control-Allow-Origin',
  ])('is never kept as %s', (name) => expect(objectionToKept(name)).toBe('is a name that never passes'));

  it('is kept only where it would be dropped', () => {
    for (const name of ['X-User-Id', 'X-Client-Id', 'X-Tenant-Id', 'CF-Connecting-IP', 'Server', 'SourceMap'])
      expect(objectionToKept(name)).toBeUndefined();
    expect(objectionToKept('X-Anything')).toBe('is a name that passes anyway');
  });
});
