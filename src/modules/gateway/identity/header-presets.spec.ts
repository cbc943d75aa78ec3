import { describe, expect, it } from 'vitest';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { HEADER_PRESETS, presetHeaders } from './header-presets.js';

const CLAIMS: AccessTokenClaims = {
  iss: 'https://as.example',
  sub: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10',
  aud: 'https://api.example',
  client_id: 'app',
  scope: 'orders:read orders:write',
  iat: 1,
  exp: 2,
  jti: 'j',
  sid: 's',
};
const ALICE: AccessTokenClaims = {
  ...CLAIMS,
  preferred_username: 'alice',
  name: 'Alice Əliyeva',
  email: 'alice@example.com',
  roles: ['clerk', 'a,b', 'auditor'],
};

describe('the plain headers about a caller', () => {
  it('speak each dialect', () => {
    expect(presetHeaders('kong', ALICE)).toEqual({
      'X-Consumer-ID': 'app',
      'X-Consumer-Username': 'app',
      'X-Authenticated-Scope': 'orders:read orders:write',
      'X-Authenticated-Userid': ALICE.sub,
    });
    expect(presetHeaders('oauth2-proxy', ALICE)).toEqual({
      'X-Auth-Request-User': ALICE.sub,
      'X-Auth-Request-Preferred-Username': 'alice',
      'X-Auth-Request-Email': 'alice@example.com',
      'X-Auth-Request-Groups': 'clerk,auditor',
    });
    expect(presetHeaders('authelia', ALICE)).toEqual({
      'Remote-User': ALICE.sub,
      'Remote-Name': Buffer.from('Alice Əliyeva').toString('latin1'),
      'Remote-Email': 'alice@example.com',
      'Remote-Groups': 'clerk,auditor',
    });
  });

  it('leave out what is not known', () => {
    expect(presetHeaders('authelia', CLAIMS)).toEqual({ 'Remote-User': CLAIMS.sub });
  });

  it.each(HEADER_PRESETS)('name nobody for a client that acts for itself: %s', (preset) => {
    const client = { ...ALICE, sub: 'admin', client_id: 'admin', preferred_username: 'admin' };
    const about = Object.keys(presetHeaders(preset, client)).filter((name) => !name.startsWith('X-Consumer'));
    expect(about).toEqual(preset === 'kong' ? ['X-Authenticated-Scope'] : []);
  });

  it.each(['a\r\nX-Admin: 1', 'a\u0000', ' a', 'a ', '\u0085a', ''])('never carry %j', (name) => {
    expect(presetHeaders('authelia', { ...ALICE, name })).not.toHaveProperty('Remote-Name');
  });
});
