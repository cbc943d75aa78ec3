import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, bearer, post, refresh, signIn } from '../../support/http.js';
import { type TestClient, aConfidentialClient } from '../../support/mothers.js';
import { type TestServer, startOne } from '../../support/server.js';
import { expectInvalidClient, expectTokens, visibleOf } from '../../support/token-endpoint.js';
import { expectOAuthError } from '../../support/verdicts.js';
import { SECRET, reasonsOf } from './directory-client.js';
import {
  ALICE,
  type Script,
  type ScriptedDirectory,
  aDirectory,
  answering,
  describing,
  refusing,
  resetting,
} from './scripted-directory.js';

const CREDENTIALS = { username: 'alice', password: 'tractor yellow moonlight' };

let directory: ScriptedDirectory;
let server: TestServer;
let client: TestClient;

beforeAll(async () => {
  directory = await aDirectory();
  server = await startOne({
    environment: { ROLES: 'oauth', IDENTITY_URL: directory.url, INTERNAL_SECRET: SECRET },
  });
  client = await aConfidentialClient(server);
});

afterAll(async () => {
  await server?.close();
  await directory?.close();
});

beforeEach(() => {
  directory.does(describing());
  directory.calls.length = 0;
});

const passwordsThatTravelled = (): number => directory.calls.filter(({ method }) => method === 'POST').length;

describe('a token request whose person another process knows', () => {
  it('gets tokens for the person that the directory described', async () => {
    const answer = await signIn(server, client, CREDENTIALS);
    expectTokens(answer);
    const { json } = await bearer(server, answer.json.access_token, '/userinfo');
    expect(json).toMatchObject({ sub: ALICE.sub, preferred_username: 'alice', email: ALICE.email });
  });

  it('is refused with invalid_grant by the directory’s refusal, and by nothing else', async () => {
    directory.does(refusing);
    server.logs.length = 0;
    expectOAuthError(await signIn(server, client, CREDENTIALS), 'invalid_grant');
    await vi.waitFor(() => expect(reasonsOf(server.logs)).toEqual(['refused_by_directory']));
  });

  it('sends one answer, whether the directory refuses or no directory could know such a person', async () => {
    directory.does(refusing);
    const refused = visibleOf(await signIn(server, client, CREDENTIALS));
    for (const impossible of [
      { ...CREDENTIALS, username: 'a'.repeat(513) },
      { ...CREDENTIALS, password: 'p'.repeat(4097) },
    ]) {
      expect(visibleOf(await signIn(server, client, impossible))).toEqual(refused);
    }
    expect(passwordsThatTravelled()).toBe(1);
  });

  it('is passed the client’s address and program', async () => {
    await post(
      server,
      '/token',
      client,
      { grant_type: 'password', ...CREDENTIALS },
      { 'User-Agent': 'Till\t7' },
    );
    expect(directory.calls[0]!.body).toEqual({
      ...CREDENTIALS,
      client_id: client.id,
      ip: '127.0.0.1',
      user_agent: 'Till\t7',
    });
  });
});

describe('a token request that fails before the person is asked about', () => {
  const password = { grant_type: 'password', ...CREDENTIALS };

  it.each<[string, () => Promise<Answer>, (answer: Answer) => void]>([
    [
      'a wrong secret',
      () => signIn(server, { ...client, secret: 'wrong' }, CREDENTIALS),
      (answer) => expectInvalidClient(answer, 'Basic'),
    ],
    [
      'an unknown client',
      () => signIn(server, { id: 'nobody', secret: 'wrong' }, CREDENTIALS),
      (answer) => expectInvalidClient(answer, 'Basic'),
    ],
    [
      'no client',
      () => post(server, '/token', undefined, password),
      (answer) => expectInvalidClient(answer, 'ClientSecret'),
    ],
    [
      'a client without the grant',
      async () =>
        signIn(server, await aConfidentialClient(server, { grantTypes: ['refresh_token'] }), CREDENTIALS),
      (answer) => expectOAuthError(answer, 'unauthorized_client'),
    ],
    [
      'a scope that is too wide',
      () => signIn(server, client, CREDENTIALS, 'users:read'),
      (answer) => expectOAuthError(answer, 'invalid_scope'),
    ],
    [
      'a password with a line break',
      () => signIn(server, client, { ...CREDENTIALS, password: 'two\nlines' }),
      (answer) => expectOAuthError(answer, 'invalid_request'),
    ],
  ])('sends no password anywhere: %s', async (_, request, expectRefusal) => {
    expectRefusal(await request());
    expect(directory.calls).toEqual([]);
    // The same password does travel where nothing is wrong.
    expectTokens(await signIn(server, client, CREDENTIALS));
    expect(passwordsThatTravelled()).toBe(1);
  });
});

describe('a directory that says nothing about the person', () => {
  const soon = { 'Retry-After': '7' };

  it.each<[string, Script, number, string]>([
    ['too many attempts', answering(429, {}, soon), 429, '7'],
    ['overload', answering(503, {}, soon), 503, '7'],
    ['a wrong internal secret', answering(401, { title: 'Unauthorized' }), 503, '5'],
    ['an error', answering(500, {}), 503, '5'],
    ['an answer nobody understands', answering(200, '{'), 503, '5'],
    ['a broken connection', resetting, 503, '5'],
  ])('is never taken for a refusal: %s', async (_, script, status, retryAfter) => {
    const tokens = (await signIn(server, client, CREDENTIALS)).json;
    directory.does(script);
    for (const answer of [
      await signIn(server, client, CREDENTIALS),
      await refresh(server, client, tokens.refresh_token),
    ]) {
      expectOAuthError(answer, 'temporarily_unavailable', status);
      expect(answer.headers.get('Retry-After')).toBe(retryAfter);
    }
    // And it costs nobody a session.
    directory.does(describing());
    expectTokens(await refresh(server, client, tokens.refresh_token));
  });

  it('answers the API in its own language', async () => {
    const { json } = await signIn(server, client, CREDENTIALS);
    directory.does(answering(500, {}));
    const answer = await bearer(server, json.access_token, '/userinfo');
    expect(answer).toMatchObject({ status: 503, json: { status: 503, title: 'Service Unavailable' } });
    expect(answer.headers.get('Retry-After')).toBe('5');
  });
});

describe('a refresh', () => {
  it('takes over what the directory says today', async () => {
    const tokens = (await signIn(server, client, CREDENTIALS)).json;
    directory.does(describing({ ...ALICE, name: 'Alice Married', updated_at: ALICE.updated_at + 1 }));
    const refreshed = await refresh(server, client, tokens.refresh_token);
    expectTokens(refreshed);
    const { json } = await bearer(server, refreshed.json.access_token, '/userinfo');
    expect(json).toMatchObject({ name: 'Alice Married' });
  });

  it.each<[string, Script]>([
    ['is gone or disabled', answering(404, { error: 'unknown_person' })],
    ['has another password', describing({ ...ALICE, credentials_version: '8' })],
  ])('ends with the person who %s', async (_, script) => {
    const tokens = (await signIn(server, client, CREDENTIALS)).json;
    directory.does(script);
    expectOAuthError(await refresh(server, client, tokens.refresh_token), 'invalid_grant');
    directory.does(describing());
    expectOAuthError(await refresh(server, client, tokens.refresh_token), 'invalid_grant');
  });

  it('goes on at a directory that does not say when a password changed', async () => {
    const { credentials_version: _, ...silent } = ALICE;
    directory.does(describing(silent));
    const tokens = (await signIn(server, client, CREDENTIALS)).json;
    expectTokens(await refresh(server, client, tokens.refresh_token));
  });
});

describe('a sign-in during which the person is gone', () => {
  it('gets no tokens', async () => {
    directory.does((response, call) => {
      const script = call.method === 'POST' ? describing() : answering(404, { error: 'unknown_person' });
      script(response, call);
    });
    expectOAuthError(await signIn(server, client, CREDENTIALS), 'invalid_grant');
  });
});

describe('the log', () => {
  it('knows of a person neither name nor password, whatever the directory does', async () => {
    const canaries = { username: 'canary-username', password: 'canary-password' };
    for (const script of [describing(), refusing, answering(500, 'x'), resetting]) {
      directory.does(script);
      await signIn(server, client, canaries);
    }
    expect(passwordsThatTravelled()).toBe(4);
    expect(server.logs.join('')).not.toContain('canary');
    expect(server.logs.join('')).not.toContain(SECRET);
  });
});
