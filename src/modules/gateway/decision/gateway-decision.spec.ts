import { describe, expect, it, vi } from 'vitest';
import { aRoute } from '../../../../test/support/routes.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { InsufficientScope, MissingToken } from '../../../protocol/bearer-error.js';
import { Disconnected } from '../../../protocol/disconnected.js';
import { type AccessTokenVerifier, GrantSubjectStatus } from '../../access/index.js';
import type { UpstreamIdentity } from '../identity/upstream-identity.js';
import type { Limits } from '../limits/limits.js';
import type { ActiveRoutes } from '../routes/active-routes.js';
import { RouteTable } from '../routes/route-table.js';
import type { Route } from '../routes/route.js';
import { type AdmittedCall, GatewayDecision } from './gateway-decision.js';

const PERSON: AccessTokenClaims = {
  ...{ iss: 'https://as.example', aud: 'https://api.example', sub: 'alice', client_id: 'app' },
  ...{ jti: 'j1', sid: 'g1', iat: 0, exp: 60, scope: 'profile orders:read' },
};
const CLIENT: AccessTokenClaims = { ...PERSON, sub: PERSON.client_id };

/** What is decided about a caller with a token at a route that asks for a scope; the token counts until told otherwise. */
async function decisionAbout(
  claims: AccessTokenClaims,
  scope: string,
  said: Partial<Route> = {},
  rawTarget = '/orders',
  { disconnection = new AbortController().signal, counted = (): unknown => undefined } = {},
): Promise<{
  call: AdmittedCall;
  become: (other: AccessTokenClaims | Error) => void;
  reload: (routes: Route[]) => void;
}> {
  let current: AccessTokenClaims | Error = claims;
  const routes = { current: new RouteTable([aRoute('/orders', { scopes: { '*': [scope] }, ...said })]) };
  const asked = async (): Promise<AccessTokenClaims> => {
    if (current instanceof Error) throw current;
    return current;
  };
  // Of these classes the decision asks these methods; the rest of them is private to them.
  const decision = new GatewayDecision(
    routes as ActiveRoutes,
    { verify: asked, revalidate: asked } as unknown as AccessTokenVerifier,
    new GrantSubjectStatus(),
    { admit: async () => (counted(), {}) } as unknown as Limits,
    { headersFor: async () => ({}) } as unknown as UpstreamIdentity,
  );
  const call = await decision.admit({
    ...{ method: 'GET', rawTarget, authorizations: ['Bearer token'], ip: '203.0.113.9' },
    disconnection,
  });
  return {
    call,
    become: (other) => void (current = other),
    reload: (table) => void (routes.current = new RouteTable(table)),
  };
}

describe('the decision about scopes at the gateway', () => {
  it('lets a person through who has the scope', async () => {
    const { call } = await decisionAbout(PERSON, 'profile');
    expect(call.route.id).toBe('/orders');
  });

  it('refuses whoever lacks it', async () => {
    await expect(decisionAbout(PERSON, 'orders:write')).rejects.toThrow(InsufficientScope);
  });

  it('refuses a client by itself where only people hold the scope, as the server’s own routes do', async () => {
    await expect(decisionAbout(CLIENT, 'profile')).rejects.toThrow(InsufficientScope);
  });

  it('lets a client by itself use a scope that anyone may hold: a route may be for machines', async () => {
    const { call } = await decisionAbout(CLIENT, 'orders:read');
    expect(call.claims).toBe(CLIENT);
  });

  it('is made again for what lasts longer: when the token has lost the scope', async () => {
    const { call, become } = await decisionAbout(PERSON, 'profile');
    expect(await call.refusalNow(false)).toBeUndefined();
    become({ ...PERSON, scope: 'orders:read' });
    expect(await call.refusalNow(false)).toBeInstanceOf(InsufficientScope);
  });

  it.each<[string, Route[], boolean, number | undefined]>([
    ['is there as it was', [aRoute('/orders')], false, undefined],
    ['has another upstream', [aRoute('/orders', { addPrefix: '/v2' })], false, undefined],
    ['is open to anyone by now', [aRoute('/orders', { public: true })], false, undefined],
    ['was removed', [], false, 404],
    ['has given way to a wider one', [aRoute('/**')], false, 404],
    ['no longer takes the method', [aRoute('/orders', { methods: ['POST'] })], false, 405],
    ['asks for another scope', [aRoute('/orders', { scopes: { '*': ['orders:write'] } })], false, 403],
    ['takes no more WebSockets', [aRoute('/orders')], true, 400],
    ['takes WebSockets', [aRoute('/orders', { webSocket: true })], true, undefined],
  ])('is made again by the table in force: where the route %s', async (_, routes, asWebSocket, status) => {
    const { call, reload } = await decisionAbout(PERSON, 'orders:read');
    reload(routes);
    expect(((await call.refusalNow(asWebSocket)) as { status?: number } | undefined)?.status).toBe(status);
  });

  it('is made again about an unusual path by what the route permits', async () => {
    const open: Partial<Route> = { path: '/orders/**', paths: ['semicolon'] };
    const { call, reload } = await decisionAbout(PERSON, 'orders:read', open, '/orders/7;v=2');
    expect(call.path).toBe('/orders/7;v=2');
    expect(await call.refusalNow(false)).toBeUndefined();
    reload([aRoute('/orders/**', { id: '/orders' })]);
    expect(await call.refusalNow(false)).toMatchObject({ status: 400 });
  });

  it('asks for a token where the route was public and is no more', async () => {
    const { call, reload } = await decisionAbout(PERSON, 'orders:read', { public: true });
    expect(call.claims).toBeUndefined();
    expect(await call.refusalNow(false)).toBeUndefined();
    reload([aRoute('/orders')]);
    expect(await call.refusalNow(false)).toBeInstanceOf(MissingToken);
  });

  it('does not take a directory or database that cannot be asked for a refusal', async () => {
    const { call, become } = await decisionAbout(PERSON, 'orders:read');
    become(new Error('database away'));
    await expect(call.refusalNow(false)).rejects.toThrow('database away');
  });
});

describe('the decision about a request whose client has disconnected', () => {
  it('counts it in no limit', async () => {
    const counted = vi.fn<() => void>();
    const disconnection = AbortSignal.abort(new Disconnected());
    const outcome = decisionAbout(PERSON, 'profile', {}, '/orders', { disconnection, counted });
    await expect(outcome).rejects.toThrow(Disconnected);
    expect(counted).not.toHaveBeenCalled();
  });
});
