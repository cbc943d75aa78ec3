import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClientRegistry } from '../../../src/modules/clients/index.js';
import { type Answer, bearer, call, post, refresh, signIn } from '../../support/http.js';
import { decodeJwt, signedWith, theServersKey } from '../../support/jwt.js';
import { aConfidentialClient } from '../../support/mothers.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import {
  type RecordingUpstream,
  lastOf,
  startRecordingUpstream,
  valuesAt,
} from '../../support/upstream-recorder.js';
import { expectInvalidToken } from '../../support/verdicts.js';

const AUDIENCES = { '/orders/7': 'https://orders.example', '/bills/7': 'https://bills.example' };

describe('one token at many routes (CVE-2021-32701, CVE-2026-33496)', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    const to = upstream.origin;
    gateway = await startRoutedGateway([
      {
        id: 'orders',
        path: '/orders/**',
        scopes: ['orders:read'],
        audience: AUDIENCES['/orders/7'],
        upstream: to,
      },
      {
        id: 'bills',
        path: '/bills/**',
        scopes: ['orders:read'],
        audience: AUDIENCES['/bills/7'],
        upstream: to,
      },
      { id: 'write', path: '/write/**', scopes: ['orders:write'], upstream: to },
      { id: 'both', path: '/both/**', scopes: ['orders:read', 'orders:write'], upstream: to },
      {
        id: 'methods',
        path: '/methods/**',
        scopes: { GET: ['orders:read'], '*': ['orders:write'] },
        upstream: to,
      },
      { id: 'any', path: '/any/**', upstream: to },
    ]);
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  beforeEach(() => upstream.forget());

  function expectInsufficientScope(answer: Answer, scope: string): void {
    expect(answer.status).toBe(403);
    const challenge = answer.headers.get('WWW-Authenticate');
    expect(challenge).toMatch(/^Bearer /);
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain(`scope="${scope}"`);
    expect(upstream.requests).toEqual([]);
  }

  const ask = (token: string, path: string, method = 'GET') => bearer(gateway, token, path, { method });

  it('opens those whose scopes it has, however often it opened another before (RFC 6750 §3.1)', async () => {
    const token = await gateway.tokenFor('orders:read');
    for (let round = 0; round < 3; round += 1) {
      for (const path of ['/orders/7', '/methods/7', '/any/7'])
        expect((await ask(token, path)).status).toBe(200);
      upstream.forget();
      expectInsufficientScope(await ask(token, '/write/7'), 'orders:write');
      expectInsufficientScope(await ask(token, '/both/7'), 'orders:read orders:write');
      expectInsufficientScope(await ask(token, '/methods/7', 'POST'), 'orders:write');
      expectInsufficientScope(await ask(token, '/methods/7', 'DELETE'), 'orders:write');
    }
    const both = await gateway.tokenFor('orders:read orders:write');
    for (const path of ['/write/7', '/both/7']) expect((await ask(both, path)).status).toBe(200);
    expect((await ask(both, '/methods/7', 'DELETE')).status).toBe(200);
  });

  it('tells each upstream who calls, for its own audience alone', async () => {
    const token = await gateway.tokenFor('orders:read');
    for (let round = 0; round < 3; round += 1) {
      for (const [path, audience] of Object.entries(AUDIENCES)) {
        await ask(token, path);
        const [assertion = ''] = valuesAt(lastOf(upstream), 'X-Identity');
        expect(decodeJwt(assertion).claims).toMatchObject({ aud: audience, sub: gateway.person.sub });
      }
    }
  });

  it('never tells of one caller what it knew of another', async () => {
    const other = await aConfidentialClient(gateway, { scope: ['orders:read'] });
    const tokens = [
      await gateway.tokenFor('orders:read'),
      (await signIn(gateway, other, gateway.person)).json.access_token,
    ];
    for (let round = 0; round < 3; round += 1) {
      for (const token of tokens) {
        await ask(token, '/orders/7');
        const [assertion = ''] = valuesAt(lastOf(upstream), 'X-Identity');
        const { client_id, sid, scope } = decodeJwt(token).claims;
        expect(decodeJwt(assertion).claims).toMatchObject({ client_id, sid, scope });
      }
    }
  });

  it('opens none once its scope was taken from the client, though it did a moment before', async () => {
    const narrowed = await aConfidentialClient(gateway, { scope: ['orders:read', 'orders:write'] });
    const token = (await signIn(gateway, narrowed, gateway.person)).json.access_token;
    expect((await ask(token, '/write/7')).status).toBe(200);
    await gateway.app.get(ClientRegistry).change(narrowed.id, { scope: ['orders:read'] });
    upstream.forget();
    expectInsufficientScope(await ask(token, '/write/7'), 'orders:write');
    expect((await ask(token, '/orders/7')).status).toBe(200);
    const [assertion = ''] = valuesAt(lastOf(upstream), 'X-Identity');
    expect(decodeJwt(assertion).claims.scope).toBe('orders:read');
  });

  it('opens none when it was meant for another API, or has expired, or was revoked', async () => {
    const token = await gateway.tokenFor('orders:read');
    const { header, claims } = decodeJwt(token);
    const { privateKey } = await theServersKey(gateway);
    const signed = (changes: object) => signedWith(privateKey, header, { ...claims, ...changes });
    expect((await ask(signed({}), '/any/7')).status).toBe(200);
    upstream.forget();
    for (const changes of [
      { aud: 'https://orders.example' },
      { aud: ['https://orders.example', 'https://bills.example'] },
      { iss: 'https://other.example' },
      { exp: claims.iat - 1 },
      { sid: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10' },
    ]) {
      for (const path of ['/any/7', '/orders/7']) expectInvalidToken(await ask(signed(changes), path));
    }
    expect((await post(gateway, '/revoke', gateway.client, { token })).status).toBe(200);
    for (const path of ['/any/7', '/orders/7']) expectInvalidToken(await ask(token, path));
    expect(upstream.requests).toEqual([]);
  });

  it('opens none from a query, a form or a cookie (RFC 6750 §2)', async () => {
    const token = await gateway.tokenFor('orders:read');
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = `access_token=${token}`;
    expect((await call(gateway, `/any/7?${body}`)).status).toBe(400);
    expect((await ask(token, `/any/7?${body}`)).status).toBe(400);
    expect((await call(gateway, '/any/7', { headers: { Cookie: body } })).status).toBe(401);
    expect((await call(gateway, '/any/7', { method: 'POST', headers: form, body })).status).toBe(401);
    expect(upstream.requests).toEqual([]);
    expect((await ask(token, '/any/7?access-token=1')).status).toBe(200);
  });

  it('opens none as a refresh token, a client’s secret or a password', async () => {
    const { refresh_token: refreshToken } = (await signIn(gateway, gateway.client, gateway.person)).json;
    expectInvalidToken(await ask(refreshToken, '/any/7'));
    expectInvalidToken(await ask(gateway.client.secret!, '/any/7'));
    expect(upstream.requests).toEqual([]);
    const { access_token: next } = (await refresh(gateway, gateway.client, refreshToken)).json;
    expect((await ask(next, '/any/7')).status).toBe(200);
  });
});
