import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf } from '../support/administration.js';
import { type Deployment, type Instance, aDeployment } from '../support/deployment.js';
import { bearer, post, refresh, signIn } from '../support/http.js';
import type { TestClient, TestPerson } from '../support/mothers.js';
import { aRegisteredClient, aRegisteredPerson } from '../support/mothers-over-http.js';

const NEXT_PASSWORD = 'lantern under seven bridges';

interface Tokens {
  access_token: string;
  refresh_token: string;
}

describe('what one instance is told, the other goes by at once', () => {
  let deployment: Deployment;
  let a: Instance;
  let b: Instance;
  let administration: Administration;
  let client: TestClient;
  let person: TestPerson;
  /** Of the same client and another person: what must not be touched. */
  let bystander: Tokens;

  beforeAll(async () => {
    deployment = await aDeployment();
    [a, b] = await Promise.all([deployment.start(), deployment.start()]);
    administration = await administrationOf(a);
    client = await aRegisteredClient(administration);
    bystander = (await signIn(a, client, await aRegisteredPerson(administration))).json;
    person = await aRegisteredPerson(administration);
  });

  afterAll(() => deployment.close());

  it('takes a token that the other has just issued', async () => {
    await expectLive((await signIn(a, client, person)).json);
  });

  it('refuses all tokens of a grant that the other has just revoked (RFC 7009 §2.1)', async () => {
    const tokens = (await signIn(a, client, person)).json;
    await expectLive(tokens);
    expect((await post(a, '/revoke', client, { token: tokens.refresh_token })).status).toBe(200);
    await expectDead(tokens);
  });

  it('refuses an access token that the other has just revoked, and goes on with its grant', async () => {
    const tokens = (await signIn(a, client, person)).json;
    expect((await post(a, '/revoke', client, { token: tokens.access_token })).status).toBe(200);
    expect((await bearer(b, tokens.access_token, '/api/resources')).status).toBe(401);
    expect(await isActive(tokens.access_token)).toBe(false);
    expect((await refresh(b, client, tokens.refresh_token)).status).toBe(200);
  });

  it('refuses a person whom the other has just disabled, and takes them back enabled', async () => {
    const tokens = (await signIn(a, client, person)).json;
    await administration('PATCH', `/admin/users/${person.sub}`, { status: 'disabled' });
    await expectDead(tokens);
    expect((await signIn(b, client, person)).json.error).toBe('invalid_grant');

    await administration('PATCH', `/admin/users/${person.sub}`, { status: 'active' });
    await expectDead(tokens);
    expect((await signIn(b, client, person)).status).toBe(200);
  });

  it('goes by the password that the other has just changed, and ends the sessions of the old one', async () => {
    const mover = await aRegisteredPerson(administration);
    const tokens = (await signIn(a, client, mover)).json;
    await expectLive(tokens);
    const changed = await bearer(a, tokens.access_token, '/account/password', {
      method: 'POST',
      body: { current_password: mover.password, new_password: NEXT_PASSWORD },
    });
    expect(changed.status).toBe(204);
    await expectDead(tokens);
    expect((await signIn(b, client, mover)).json.error).toBe('invalid_grant');
    expect((await signIn(b, client, { ...mover, password: NEXT_PASSWORD })).status).toBe(200);
  });

  it('refuses a client that the other has just disabled, and its tokens', async () => {
    const short = await aRegisteredClient(administration);
    const tokens = (await signIn(a, short, person)).json;
    await administration('PATCH', `/admin/clients/${short.id}`, { status: 'disabled' });
    expect((await bearer(b, tokens.access_token, '/api/resources')).status).toBe(401);
    expect((await refresh(b, short, tokens.refresh_token)).json.error).toBe('invalid_client');
  });

  it('takes the new secret of a client and no longer the old one', async () => {
    const rotated = await aRegisteredClient(administration);
    expect((await signIn(b, rotated, person)).status).toBe(200);
    const { client_secret: secret } = (
      await administration('POST', `/admin/clients/${rotated.id}/secret`, {})
    ).json;
    expect((await signIn(b, rotated, person)).json.error).toBe('invalid_client');
    expect((await signIn(b, { ...rotated, secret }, person)).status).toBe(200);
  });

  it('takes away the scopes that the other has just taken from a client', async () => {
    const narrowed = await aRegisteredClient(administration);
    const tokens = (await signIn(a, narrowed, person)).json;
    expect((await bearer(b, tokens.access_token, '/api/resources')).status).toBe(200);
    await administration('PATCH', `/admin/clients/${narrowed.id}`, { scope: 'profile' });
    expect((await bearer(b, tokens.access_token, '/api/resources')).status).toBe(403);
    expect((await bearer(b, tokens.access_token, '/userinfo')).status).toBe(200);
  });

  it.each(['ES256', 'RS256'])('takes a token that the other signed with %s', async (algorithm) => {
    const signing = await aRegisteredClient(administration, { access_token_signing_alg: algorithm });
    await expectLive((await signIn(a, signing, person)).json, signing);
  });

  it('leaves the tokens of others alone in all of that', async () => {
    await expectLive(bystander);
  });

  async function isActive(token: string, asking = client): Promise<boolean> {
    return (await post(b, '/introspect', asking, { token })).json.active;
  }

  async function expectLive(tokens: Tokens, asking = client): Promise<void> {
    expect((await bearer(b, tokens.access_token, '/api/resources')).status).toBe(200);
    expect(await isActive(tokens.access_token, asking)).toBe(true);
    expect(await isActive(tokens.refresh_token, asking)).toBe(true);
  }

  async function expectDead(tokens: Tokens): Promise<void> {
    expect((await bearer(b, tokens.access_token, '/api/resources')).status).toBe(401);
    expect(await isActive(tokens.access_token)).toBe(false);
    expect(await isActive(tokens.refresh_token)).toBe(false);
    expect((await refresh(b, client, tokens.refresh_token)).json.error).toBe('invalid_grant');
  }
});
