import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TokenSignatures } from '../../../src/modules/access/token-signatures.js';
import { ClientRegistry } from '../../../src/modules/clients/index.js';
import { GrantHousekeeping } from '../../../src/modules/tokens/grants/grant-housekeeping.js';
import { sha256 } from '../../../src/platform/crypto/digest.js';
import { Database } from '../../../src/platform/database/database.js';
import { bearer, post, refresh, signIn } from '../../support/http.js';
import { decodeJwt, signedWith, theServersKey } from '../../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { visibleOf } from '../../support/token-endpoint.js';
import {
  API,
  aResourceServer,
  expectAccepted,
  expectInvalidToken,
  expectRefused,
  introspect,
} from '../../support/verdicts.js';

/** The one statement that looks an opaque token up. */
const LOOK_UP = 'opaque-access-token-find';

let server: TestServer;
let client: TestClient;
let jwtClient: TestClient;
let resourceServer: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server, { accessTokenFormat: 'opaque' });
  jwtClient = await aConfidentialClient(server);
  resourceServer = await aResourceServer(server);
  person = await aPerson(server);
});

afterEach(() => vi.restoreAllMocks());

afterAll(() => server?.close());

async function anOpaqueToken(): Promise<string> {
  return (await signIn(server, client, person)).json.access_token;
}

/** Names of the prepared statements that run during `work`. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const spy = vi.spyOn(server.app.get(Database), 'query');
  await work();
  const names = spy.mock.calls.map(([name]) => name);
  spy.mockRestore();
  return names;
}

describe('an opaque access token', () => {
  it('is a random string that says nothing, and is kept as its digest alone', async () => {
    const token = await anOpaqueToken();
    expect(token).toMatch(/^gwa_[A-Za-z0-9_-]{43}$/);
    const rows: { hash: Buffer; row: string }[] = await server.app
      .get(DataSource)
      .query('SELECT hash, opaque_access_tokens::text AS row FROM opaque_access_tokens');
    expect(rows.map(({ hash }) => hash.toString('hex'))).toContain(sha256(token).toString('hex'));
    const secret = Buffer.from(token.slice('gwa_'.length), 'base64url').toString('hex');
    for (const { row } of rows) {
      expect(row).not.toContain(token);
      expect(row).not.toContain(secret);
    }
    await expectAccepted(server, resourceServer, token);
    expect(server.logs.join('\n')).not.toContain(token.slice('gwa_'.length));
  });

  it('has the digest for its jti: what names it, and cannot be used for it', async () => {
    const token = await anOpaqueToken();
    const { jti } = (await introspect(server, resourceServer, token)).json;
    expect(jti).toBe(sha256(token).toString('base64url'));
    await expectRefused(server, resourceServer, `gwa_${jti}`);
    await expectAccepted(server, resourceServer, token);
  });

  it('is verified by one statement, and no signature', async () => {
    const token = await anOpaqueToken();
    const signatures = vi.spyOn(server.app.get(TokenSignatures), 'payloadOf');
    const statements = await statementsOf(() => bearer(server, token, '/account/sessions'));
    expect(statements).toEqual([LOOK_UP, 'grant-list-live-of-subject']);
    expect(signatures).not.toHaveBeenCalled();
  });

  it('is refused like any other where it is unknown, and not even looked up where it is malformed', async () => {
    const unknown = `gwa_${'A'.repeat(43)}`;
    const malformed = ['gwa_', 'gwa_x', `gwa_${'A'.repeat(42)}`, `gwa_${'A'.repeat(4000)}`, 'gwa_a.b.c'];
    const refused = await bearer(server, 'not-even-tagged', API);
    const inactive = visibleOf(await introspect(server, resourceServer, 'not-even-tagged'));
    expectInvalidToken(refused);
    for (const token of [unknown, ...malformed]) {
      const statements = await statementsOf(async () => {
        const answer = await bearer(server, token, API);
        expect(answer.headers.get('WWW-Authenticate')).toBe(refused.headers.get('WWW-Authenticate'));
        expect({ ...answer.json, request_id: '' }).toEqual({ ...refused.json, request_id: '' });
      });
      expect(statements).toEqual(token === unknown ? [LOOK_UP] : []);
      expect(visibleOf(await introspect(server, resourceServer, token))).toEqual(inactive);
    }
  });

  it('is matched whole and in its own case', async () => {
    const token = await anOpaqueToken();
    const [head, last] = [token.slice(0, -1), token.slice(-1)];
    const spellings = [
      `${head}${last === 'A' ? 'B' : 'A'}`,
      `GWA_${token.slice(4)}`,
      `gwa_${token.slice(4).toLowerCase()}`,
      token.slice(4),
      `${token}=`,
      `${token}A`,
    ];
    for (const spelling of spellings) expectInvalidToken(await bearer(server, spelling, API));
    await expectAccepted(server, resourceServer, token);
  });

  it('never repeats, and neither do its names', async () => {
    const issued = await Promise.all(Array.from({ length: 50 }, anOpaqueToken));
    expect(new Set(issued).size).toBe(50);
  });
});

describe('a signed token', () => {
  it('is never looked up as an opaque one, however it fails', async () => {
    const token: string = (await signIn(server, jwtClient, person)).json.access_token;
    const { header, claims } = decodeJwt(token);
    const { privateKey } = await theServersKey(server);
    const opaque = await anOpaqueToken();
    const { jti } = (await introspect(server, resourceServer, opaque)).json;
    const variants = [
      token,
      `${token.slice(0, -4)}AAAA`,
      `x${token}`,
      signedWith(privateKey, { ...header, typ: 'gwa_' }, claims),
      signedWith(privateKey, header, { ...claims, exp: 1 }),
      // An opaque token's name in a genuine signature is no opaque token: its own grant is asked, as for any JWT.
      signedWith(privateKey, header, { ...claims, jti, sid: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b11' }),
    ];
    const [accepted, ...refused] = variants;
    const statements = await statementsOf(async () => {
      expect((await bearer(server, accepted!, API)).status).toBe(200);
      for (const variant of refused) expectInvalidToken(await bearer(server, variant, API));
    });
    expect(statements).toContain('grant-find-live');
    expect(statements).not.toContain(LOOK_UP);
  });

  it('does not become opaque by the tag in front of it', async () => {
    const token: string = (await signIn(server, jwtClient, person)).json.access_token;
    const signatures = vi.spyOn(server.app.get(TokenSignatures), 'payloadOf');
    const statements = await statementsOf(() => bearer(server, `gwa_${token}`, API));
    expect(statements).toEqual([]);
    expect(signatures).not.toHaveBeenCalled();
    await expectRefused(server, resourceServer, `gwa_${token}`);
    await expectAccepted(server, resourceServer, token);
  });
});

describe('a client whose format changes', () => {
  it('gets the new one from its next token on; the old ones live out their time', async () => {
    const changing = await aConfidentialClient(server);
    const signed = (await signIn(server, changing, person)).json;
    await server.app.get(ClientRegistry).change(changing.id, { accessTokenFormat: 'opaque' });
    const opaque = (await refresh(server, changing, signed.refresh_token)).json;
    expect(opaque.access_token).toMatch(/^gwa_/);
    await server.app.get(ClientRegistry).change(changing.id, { accessTokenFormat: 'jwt' });
    const again = (await refresh(server, changing, opaque.refresh_token)).json;
    expect(again.access_token).toMatch(/^eyJ/);
    for (const { access_token: token } of [signed, opaque, again]) {
      await expectAccepted(server, resourceServer, token);
    }
  });
});

describe('forgetting opaque access tokens', () => {
  const kept = async (): Promise<string[]> => {
    const rows = await server.app.get(DataSource).query('SELECT hash FROM opaque_access_tokens');
    return rows.map(({ hash }: { hash: Buffer }) => hash.toString('hex'));
  };
  const hashOf = (token: string) => sha256(token).toString('hex');

  it('removes the expired, in as many batches as it takes, and leaves what lives', async () => {
    const own = (await post(server, '/token', client, { grant_type: 'client_credentials' })).json;
    const expired = [await anOpaqueToken(), own.access_token as string];
    await server.app.get(DataSource).query(
      `INSERT INTO opaque_access_tokens
       SELECT sha256(n::text::bytea), grant_id, scope, issued_at, expires_at
       FROM (SELECT * FROM opaque_access_tokens LIMIT 1) AS one, generate_series(1, 450) AS n`,
    );
    server.clock.advance(299);
    const living = await anOpaqueToken();
    server.clock.advance(120);

    await server.app.get(GrantHousekeeping).sweep();
    expect(await kept()).toEqual([hashOf(living)]);
    await expectAccepted(server, resourceServer, living);
    for (const token of expired) await expectRefused(server, resourceServer, token);
  });

  it('removes those of a forgotten grant with it', async () => {
    const lasting = await aConfidentialClient(server, { accessTokenFormat: 'opaque' });
    const { json } = await signIn(server, lasting, person);
    await post(server, '/revoke', lasting, { token: json.refresh_token });
    expect(await kept()).toContain(hashOf(json.access_token));
    const { sid } = (
      await server.app
        .get(DataSource)
        .query('SELECT grant_id AS sid FROM opaque_access_tokens WHERE hash = $1', [
          sha256(json.access_token),
        ])
    )[0];
    await server.app.get(DataSource).query('DELETE FROM grants WHERE id = $1', [sid]);
    expect(await kept()).not.toContain(hashOf(json.access_token));
    await expectRefused(server, resourceServer, json.access_token);
  });
});
