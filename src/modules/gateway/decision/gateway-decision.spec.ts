import { describe, expect, it } from 'vitest';
import { aRoute } from '../../../../test/support/routes.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { InsufficientScope } from '../../../protocol/bearer-error.js';
import type { AccessTokenVerifier } from '../../access/index.js';
import type { UpstreamIdentity } from '../identity/upstream-identity.js';
import type { Limits } from '../limits/limits.js';
import type { ActiveRoutes } from '../routes/active-routes.js';
import { RouteTable } from '../routes/route-table.js';
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
): Promise<{ call: AdmittedCall; become: (other: AccessTokenClaims) => void }> {
  let current = claims;
  // Of each of these classes the decision asks one method; the rest of them is private to them.
  const decision = new GatewayDecision(
    { current: new RouteTable([aRoute('/orders', { scopes: { '*': [scope] } })]) } as ActiveRoutes,
    { verify: async () => current } as unknown as AccessTokenVerifier,
    { admit: async () => ({}) } as unknown as Limits,
    { headersFor: async () => ({}) } as unknown as UpstreamIdentity,
  );
  const call = await decision.admit({
    ...{ method: 'GET', rawTarget: '/orders', authorizations: ['Bearer token'], ip: '203.0.113.9' },
  });
  return { call, become: (other) => void (current = other) };
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

  it('falls when a token that lasts longer than the decision has lost the scope', async () => {
    const { call, become } = await decisionAbout(PERSON, 'profile');
    expect(await call.stillStands()).toBe(true);
    become({ ...PERSON, scope: 'orders:read' });
    expect(await call.stillStands()).toBe(false);
  });
});
