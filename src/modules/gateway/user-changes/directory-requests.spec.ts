import { describe, expect, it } from 'vitest';
import { aRoute } from '../../../../test/support/routes.js';
import type { GatewayConfig } from '../../../config/config.js';
import type { AppLogger } from '../../../platform/logging/logging.module.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { ChangedUsers } from './changed-users.js';
import { DirectoryRequests, subjectsChanged } from './directory-requests.js';

const ALICE = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';
const BOB = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b11';
const IDENTITY = 'https://gateway.example/identity';
const DIRECTORY = 'https://people.internal';

const CLAIMS: AccessTokenClaims = {
  ...{ iss: 'https://gateway.example', aud: 'https://api.example', sub: ALICE, client_id: 'app' },
  ...{ jti: 'j1', sid: 'g1', iat: 0, exp: 60, scope: 'account' },
};

describe('the users that a request changes', () => {
  it.each([
    ['/admin/users', []],
    [`/admin/users/${BOB}`, [BOB]],
    [`/v2/admin/users/${BOB}/roles`, [BOB]],
    [`/people/${ALICE}/${BOB}`, []],
    [`/tenants/${ALICE}/users/${BOB}`, [BOB]],
    ['/people/person:4711', ['person:4711']],
    ['/people/person%3A4711', ['person:4711']],
    ['/account/password', [ALICE]],
    ['/account', [ALICE]],
    [`/account/proxies/${BOB}`, [BOB, ALICE]],
    ['/accounts/password', []],
    [`/admin/users?id=${BOB}`, []],
  ])('are those whose sub is in the path, and the caller below account: %s', (path, subjects) => {
    expect(subjectsChanged(path, CLAIMS)).toEqual(subjects);
  });

  it('are at most one of the path, however many segments it has', () => {
    const segments = Array.from({ length: 1_900 }, (_, at) => `!${at}`).join('/');
    expect(subjectsChanged(`/admin/users/${segments}`, CLAIMS)).toEqual(['!0']);
    expect(subjectsChanged(`/people/${segments}`, CLAIMS)).toEqual([]);
  });

  it('are found by an upper-case or percent-encoded UUID, which the directory reads alike', () => {
    const upper = BOB.toUpperCase();
    expect(subjectsChanged(`/admin/users/${upper}`, CLAIMS)).toEqual([BOB]);
    expect(subjectsChanged(`/admin/users/${BOB.replaceAll('-', '%2D')}`, CLAIMS)).toEqual([BOB]);
  });

  it('are never a client, nor anybody where no caller is known', () => {
    expect(subjectsChanged('/account/password', { ...CLAIMS, sub: 'app' })).toEqual([]);
    expect(subjectsChanged('/account/password', undefined)).toEqual([]);
  });
});

describe('a request that may change users', () => {
  class NoUsers extends ChangedUsers {
    async review(): Promise<void> {}
    async reviewIfPossible(): Promise<void> {}
  }
  const config = { identityAudience: IDENTITY, identityUrl: DIRECTORY } as GatewayConfig;
  const requests = new DirectoryRequests(config, new NoUsers(), {} as AppLogger);
  const mayChange = (method: string, route: { audience?: string; targets: string[] }): boolean => {
    const { targets, ...members } = route;
    const { upstream, ...others } = aRoute('/admin/users/**');
    const withTargets = { ...others, ...members, upstream: { ...upstream, targets } };
    const path = `/admin/users/${BOB}`;
    return requests.changeBy({ method, route: withTargets, path, claims: CLAIMS }) !== undefined;
  };

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE'])(
    'is %s, and no safe method (RFC 9110 §9.2.1)',
    (method) => {
      expect(mayChange(method, { audience: IDENTITY, targets: ['https://elsewhere.example'] })).toBe(true);
      for (const safe of ['GET', 'HEAD', 'OPTIONS']) {
        expect(mayChange(safe, { audience: IDENTITY, targets: [DIRECTORY] })).toBe(false);
      }
    },
  );

  it('goes to the audience of the directory or to IDENTITY_URL, and to no other upstream', () => {
    expect(mayChange('PATCH', { audience: 'https://hr.example', targets: [DIRECTORY] })).toBe(true);
    expect(mayChange('PATCH', { audience: 'https://hr.example', targets: ['https://hr.internal'] })).toBe(
      false,
    );
  });
});
