import { verify } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TokenConfig } from '../../../config/config.js';
import { Clock } from '../../../platform/clock/clock.js';
import { sha256 } from '../../../platform/crypto/digest.js';
import type { Grant } from '../grants/grant.js';
import { generateSigningKey } from '../signing-keys/key-pair.js';
import type { SigningKey } from '../signing-keys/signing-key.js';
import type { SigningKeyRing } from '../signing-keys/signing-key-ring.js';
import type { UserDetails } from '../../../protocol/user-details.js';
import { AccessTokenIssuer } from './access-token-issuer.js';
import type { NewOpaqueAccessToken } from './opaque-access-token.js';
import { OpaqueAccessTokenStore } from './opaque-access-token-store.js';

const NOW = new Date('2026-03-01T12:00:00.700Z');
const NOW_SECONDS = Math.floor(NOW.getTime() / 1000);

const GRANT: Grant = {
  id: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b11',
  subject: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10',
  clientId: 'client-1',
  username: 'alice',
  scope: ['profile', 'resources:read'],
  authTime: new Date(NOW.getTime() - 90_500),
  amr: ['pwd'],
  credentialsVersion: 'v1',
  details: { roles: ['clerk'], email: 'hidden@example.com' },
  ip: null,
  userAgent: null,
  createdAt: NOW,
  lastUsedAt: NOW,
  expiresAt: new Date(NOW.getTime() + 86_400_000),
};

class FixedClock extends Clock {
  now(): Date {
    return NOW;
  }
}

class RememberingStore extends OpaqueAccessTokenStore {
  readonly added: NewOpaqueAccessToken[] = [];

  async add(token: NewOpaqueAccessToken): Promise<void> {
    this.added.push(token);
  }

  async find(): Promise<undefined> {}

  async forgetBefore(): Promise<void> {}
}

const store = new RememberingStore();
let key: SigningKey;
let issuer: AccessTokenIssuer;

beforeAll(async () => {
  key = await generateSigningKey('ES256');
  const ring = { current: async () => key } as unknown as SigningKeyRing;
  const config = { issuer: 'https://as.example', audience: 'https://api.example' } as TokenConfig;
  issuer = new AccessTokenIssuer(new JwtService(), ring, store, config, new FixedClock());
});

async function issue(grant: Partial<Grant> = {}, displayed: UserDetails = {}, ttl = 300) {
  const issued = await issuer.issue({
    grant: { ...GRANT, ...grant },
    scope: ['resources:read'],
    ttl,
    format: 'jwt',
    algorithm: 'ES256',
    displayed,
  });
  const [header = '', claims = ''] = issued.token.split('.');
  const read = (part: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return { ...issued, header: read(header), claims: read(claims) };
}

describe('an issued access token', () => {
  it('has the header and the claims of RFC 9068 §2, and verifies', async () => {
    const { token, expiresIn, header, claims } = await issue();
    expect(header).toEqual({ typ: 'at+jwt', alg: 'ES256', kid: key.kid });
    expect(claims).toEqual({
      iss: 'https://as.example',
      aud: 'https://api.example',
      sub: GRANT.subject,
      client_id: 'client-1',
      scope: 'resources:read',
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 300,
      jti: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) as string,
      sid: GRANT.id,
      auth_time: NOW_SECONDS - 90,
      amr: ['pwd'],
    });
    expect(expiresIn).toBe(300);
    const at = token.lastIndexOf('.');
    const signature = Buffer.from(token.slice(at + 1), 'base64url');
    const options = { key: key.publicKey, dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha256', Buffer.from(token.slice(0, at)), options, signature)).toBe(true);
  });

  it('says no sign-in where there was none (§2.2.1)', async () => {
    const { claims } = await issue({ amr: [], subject: 'client-1' });
    expect(claims).not.toHaveProperty('auth_time');
    expect(claims).not.toHaveProperty('amr');
  });

  it('shows the user details that are displayed, by their claim names, and no other', async () => {
    const displayed = { roles: ['clerk'], attributes: { department: 'Freight' } };
    const { claims } = await issue({}, displayed);
    expect(claims).toMatchObject(displayed);
    expect(claims).not.toHaveProperty('email');
  });

  it('ends with its grant', async () => {
    const { expiresIn, claims } = await issue({ expiresAt: new Date((NOW_SECONDS + 60) * 1000) });
    expect(expiresIn).toBe(60);
    expect(claims.exp).toBe(NOW_SECONDS + 60);
  });

  it('lives a whole second even in the last moment of its grant', async () => {
    const { expiresIn, claims } = await issue({ expiresAt: new Date(NOW.getTime() + 50) });
    expect(expiresIn).toBe(1);
    expect(claims.exp).toBe(NOW_SECONDS + 1);
  });
});

describe('an issued opaque access token', () => {
  it('is kept by its digest, with what the grant does not know', async () => {
    const { token, expiresIn } = await issuer.issue({
      grant: GRANT,
      scope: ['resources:read'],
      ttl: 300,
      format: 'opaque',
      algorithm: 'ES256',
      displayed: {},
    });
    expect(token).toMatch(/^gwa_[A-Za-z0-9_-]{43}$/);
    expect(expiresIn).toBe(300);
    expect(store.added).toEqual([
      {
        hash: sha256(token),
        grantId: GRANT.id,
        scope: ['resources:read'],
        issuedAt: new Date(NOW_SECONDS * 1000),
        expiresAt: new Date((NOW_SECONDS + 300) * 1000),
      },
    ]);
  });
});
