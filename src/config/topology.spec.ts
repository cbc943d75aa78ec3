import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.js';
import { type Environment, ConfigurationError } from './environment.js';

const SECRET = randomBytes(32).toString('hex');
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----';
const KEY = '-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----';

const GATEWAY = {
  ROLES: 'gateway,oauth',
  INTERNAL_SECRET: SECRET,
  IDENTITY_URL: 'http://people.example:3001',
  API_URL: 'http://api.example:3002',
};
const IDENTITY = {
  ROLES: 'identity',
  INTERNAL_SECRET: SECRET,
  GATEWAY_URL: 'http://gateway.example:3000',
};
const API = { ROLES: 'api', GATEWAY_URL: 'http://gateway.example:3000' };

/** The variables that are named as mistaken, in the order of their names. */
function refused(environment: Environment): string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    const { mistakes } = error as ConfigurationError;
    return mistakes.map((mistake) => /^[A-Z_]+/.exec(mistake)![0]).toSorted();
  }
}

describe('the configuration of the gateway topology', () => {
  it.each([GATEWAY, IDENTITY, API])('is whole with $ROLES', (environment) => {
    expect(refused(environment)).toEqual([]);
  });

  it.each<[string, Environment, string[]]>([
    ['a gateway without oauth', { ...GATEWAY, ROLES: 'gateway', GATEWAY_URL: 'http://g.example' }, ['ROLES']],
    ['a gateway that knows nobody', { ...GATEWAY, IDENTITY_URL: '' }, ['IDENTITY_URL']],
    ['a gateway that leads nowhere', { ...GATEWAY, API_URL: '' }, ['API_URL']],
    ['a gateway in front of itself', { ...GATEWAY, API_URL: 'http://localhost:3000' }, ['API_URL']],
    ['a gateway without the secret', { ...GATEWAY, INTERNAL_SECRET: '' }, ['INTERNAL_SECRET']],
    [
      'an issuer that should ask another for its keys',
      { ...GATEWAY, GATEWAY_URL: 'http://g' },
      ['GATEWAY_URL'],
    ],
    ['an auth server without the secret', { ...IDENTITY, INTERNAL_SECRET: '' }, ['INTERNAL_SECRET']],
    ['an auth server that asks another', { ...IDENTITY, IDENTITY_URL: 'http://p' }, ['IDENTITY_URL']],
    ['an auth server without a gateway', { ...IDENTITY, GATEWAY_URL: '' }, ['GATEWAY_URL']],
    ['an API without a gateway', { ROLES: 'api' }, ['GATEWAY_URL']],
    ['a short secret', { ...GATEWAY, INTERNAL_SECRET: 'k'.repeat(31) }, ['INTERNAL_SECRET']],
    ['a secret that is no bearer token', { ...GATEWAY, INTERNAL_SECRET: `${SECRET}:!` }, ['INTERNAL_SECRET']],
    ['a previous secret alone', { INTERNAL_SECRET_PREVIOUS: SECRET }, ['INTERNAL_SECRET_PREVIOUS']],
    ['a URL with a path', { ...API, GATEWAY_URL: 'http://g.example/' }, ['GATEWAY_URL']],
    ['half a certificate of the listener', { TLS_CERT: CERTIFICATE }, ['TLS_CERT']],
    ['an authority without a certificate', { TLS_CLIENT_CA: CERTIFICATE }, ['TLS_CLIENT_CA']],
    [
      'half a certificate for the auth server',
      { ...GATEWAY, IDENTITY_CLIENT_KEY: KEY },
      ['IDENTITY_CLIENT_CERT'],
    ],
    ['a key for a certificate', { TLS_CERT: KEY, TLS_KEY: KEY }, ['TLS_CERT']],
    ['a path for a PEM', { ...API, GATEWAY_CA: '/etc/ca.pem' }, ['GATEWAY_CA']],
    ['another kind of store', { REDIS_URL: 'http://redis.example' }, ['REDIS_URL']],
  ])('refuses %s', (_, environment, names) => {
    expect(refused(environment)).toEqual(names);
  });

  it('takes the gateway for the issuer where that is another process', () => {
    expect(loadConfig(API).tokens).toMatchObject({
      issuer: 'http://gateway.example:3000',
      audience: 'http://gateway.example:3000',
    });
    expect(loadConfig({ ...API, ISSUER: 'https://as.example' }).tokens.issuer).toBe('https://as.example');
  });

  it('is at an https origin where it has a certificate', () => {
    expect(loadConfig({ TLS_CERT: CERTIFICATE, TLS_KEY: KEY }).server.issuer).toBe('https://localhost:3000');
  });

  it('wants TLS in production for what passwords and keys come over, loopback aside', () => {
    const production = {
      NODE_ENV: 'production',
      ENCRYPTION_KEY: randomBytes(32).toString('hex'),
      ISSUER: 'https://as.example',
    };
    expect(refused({ ...GATEWAY, ...production })).toEqual(['API_URL', 'IDENTITY_URL']);
    expect(refused({ ...API, ...production })).toEqual(['GATEWAY_URL']);
    expect(refused({ ...GATEWAY, ...production, IDENTITY_URL: 'https://people.example' })).toEqual([
      'API_URL',
    ]);
    expect(refused({ ...API, ...production, GATEWAY_URL: 'http://127.0.0.1:3000' })).toEqual([]);
  });

  it('asks for no key to encrypt with where there is nothing to encrypt', () => {
    const { ENCRYPTION_KEY: _, ...production } = {
      NODE_ENV: 'production',
      ENCRYPTION_KEY: '',
      GATEWAY_URL: 'https://as.example',
    };
    expect(refused({ ...API, ...production })).toEqual([]);
    expect(refused({ ...GATEWAY, NODE_ENV: 'production', ISSUER: 'https://as.example' })).toEqual([
      'API_URL',
      'ENCRYPTION_KEY',
      'IDENTITY_URL',
    ]);
  });

  it('never repeats a value', () => {
    const canary = 'canary:value!';
    try {
      loadConfig({
        ROLES: canary,
        INTERNAL_SECRET: canary,
        REDIS_URL: canary,
        TLS_CERT: canary,
        API_URL: canary,
      });
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toContain('canary');
    }
  });
});
