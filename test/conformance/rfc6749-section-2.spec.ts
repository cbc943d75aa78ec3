import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { basic, post, refresh, signIn } from '../support/http.js';
import {
  type TestClient,
  type TestPerson,
  aConfidentialClient,
  aPerson,
  aPublicClient,
} from '../support/mothers.js';
import { answerOf, raw, rawPost } from '../support/raw.js';
import { type TestServer, startServer } from '../support/server.js';
import {
  type Form,
  SECRET_METHODS,
  expectInvalidClient,
  expectTokens,
  passwordForm,
  visibleOf,
  watchHashing,
} from '../support/token-endpoint.js';
import { expectOAuthError } from '../support/verdicts.js';

let server: TestServer;
let client: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  person = await aPerson(server);
});

afterAll(() => server.close());
afterEach(() => vi.restoreAllMocks());

describe('RFC 6749 §2.3: one authentication method a request', () => {
  const secretOf = ({ secret }: TestClient) => secret ?? '';

  it.each([
    ['Basic and the right secret in the body', (c: TestClient) => [basic(c), secretOf(c)]],
    ['Basic and a wrong secret in the body', (c: TestClient) => [basic(c), 'wrong']],
    [
      'wrong Basic and the right secret in the body',
      (c: TestClient) => [basic({ ...c, secret: 'wrong' }), secretOf(c)],
    ],
  ])('answers invalid_request to %s', async (_, credentials) => {
    const [authorization = '', secret = ''] = credentials(client);
    const form = passwordForm(person, { client_id: client.id, client_secret: secret });
    const answer = await post(server, '/token', undefined, form, { Authorization: authorization });
    expectOAuthError(answer, 'invalid_request');
    expectTokens(await signIn(server, client, person));
  });

  it.each<Form>([
    { client_assertion: 'a.b.c' },
    {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'a.b.c',
    },
  ])('answers invalid_request to Basic beside an assertion: %o', async (assertion) => {
    expectOAuthError(
      await post(server, '/token', client, passwordForm(person, assertion)),
      'invalid_request',
    );
  });

  it('answers invalid_request to two Authorization headers, equal ones included', async () => {
    const body = new URLSearchParams(passwordForm(person)).toString();
    const form = 'Content-Type: application/x-www-form-urlencoded';
    const header = `Authorization: ${basic(client)}`;
    for (const second of [header, `Authorization: ${basic({ ...client, secret: 'wrong' })}`]) {
      const answer = await raw(server, rawPost('/token', [form, header, second], body));
      expectOAuthError(answerOf(answer), 'invalid_request');
    }
    expectTokens(answerOf(await raw(server, rawPost('/token', [form, header], body))));
  });

  it('takes client_secret= in the body for omitted beside Basic', async () => {
    expectTokens(await post(server, '/token', client, passwordForm(person, { client_secret: '' })));
  });

  it('does not take an assertion, alone or beside a client_id', async () => {
    for (const more of [{}, { client_id: client.id }] as Form[]) {
      const form = passwordForm(person, { client_assertion: 'a.b.c', ...more });
      expectInvalidClient(await post(server, '/token', undefined, form), 'ClientSecret');
    }
  });
});

describe.each(SECRET_METHODS)(
  'RFC 6749 §2.3.1: a client with a secret, by $method',
  ({ send, challenge }) => {
    it('is authenticated by its own secret', async () => {
      expectTokens(await send(server, client, passwordForm(person)));
    });

    it('is refused with a wrong secret, before the password is looked at', async () => {
      const hashing = watchHashing(server);
      for (const secret of [
        'wrong',
        `${client.secret}x`,
        client.secret!.slice(0, -1),
        client.secret!.toUpperCase(),
      ]) {
        expectInvalidClient(await send(server, { ...client, secret }, passwordForm(person)), challenge);
      }
      expect(hashing).not.toHaveBeenCalled();
      expectTokens(await send(server, client, passwordForm(person)));
      expect(hashing).toHaveBeenCalledTimes(1);
    });

    it("is refused with another client's secret, and nobody's secret opens anything", async () => {
      const other = await aConfidentialClient(server);
      const form = passwordForm(person);
      expectInvalidClient(await send(server, { ...client, secret: other.secret }, form), challenge);
      expectInvalidClient(await send(server, { id: 'nobody', secret: other.secret }, form), challenge);
      expectTokens(await send(server, other, form));
    });

    it('is refused with characters that no client credential has, NUL among them', async () => {
      for (const id of [
        `${client.id}\0`,
        `${client.id} `,
        `${client.id}é`,
        client.id.toUpperCase(),
        '%',
        "'",
      ]) {
        expectInvalidClient(await send(server, { ...client, id }, passwordForm(person)), challenge);
      }
      for (const secret of [
        `${client.secret}\0`,
        `${client.secret} `,
        `${client.secret}\n`,
        `${client.secret}:`,
      ]) {
        expectInvalidClient(await send(server, { ...client, secret }, passwordForm(person)), challenge);
      }
    });

    it('has every character of a long secret compared', async () => {
      const long = await aConfidentialClient(server, {}, { secret: 'a1B2c3D4e5'.repeat(10) });
      const changed = `${long.secret!.slice(0, 72)}X${long.secret!.slice(73)}`;
      const shorter = long.secret!.slice(0, 72);
      for (const secret of [changed, shorter]) {
        expectInvalidClient(await send(server, { ...long, secret }, passwordForm(person)), challenge);
      }
      expectTokens(await send(server, long, passwordForm(person)));
    });

    it('answers the same bytes to an unknown client and to a wrong secret', async () => {
      const form = passwordForm(person);
      const wrong = await send(server, { ...client, secret: 'wrong' }, form);
      const unknown = await send(server, { id: 'unknown-client', secret: 'wrong' }, form);
      expectInvalidClient(wrong, challenge);
      expect(visibleOf(unknown)).toEqual(visibleOf(wrong));
    });

    it('takes as long for an unknown client as for a wrong secret', async () => {
      const form = passwordForm(person);
      const took = { wrong: [] as number[], unknown: [] as number[] };
      const time = async (times: number[], presented: TestClient) => {
        const start = performance.now();
        await send(server, presented, form);
        times.push(performance.now() - start);
      };
      for (let round = 0; round < 150; round++) {
        await time(took.wrong, { ...client, secret: 'wrong' });
        await time(took.unknown, { id: 'unknown-client', secret: 'wrong' });
      }
      expect(Math.abs(median(took.wrong) - median(took.unknown))).toBeLessThan(2);
    });

    it('says nothing more to a disabled client than to an unknown one', async () => {
      const disabled = await aConfidentialClient(server, { status: 'disabled' });
      const form = passwordForm(person);
      const unknown = await send(server, { id: 'unknown-client', secret: 'wrong' }, form);
      expect(visibleOf(await send(server, disabled, form))).toEqual(visibleOf(unknown));
    });
  },
);

describe('RFC 6749 §2.3.1: the form-encoding inside Basic', () => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-';

  it.each([
    ['raw', (text: string) => text],
    ['form-encoded', (text: string) => new URLSearchParams({ text }).toString().slice('text='.length)],
    ['form-encoded with its -._~ encoded too', (text: string) => text.replaceAll(/[-._~]/g, percentEncoded)],
    ['with every character percent-encoded', (text: string) => text.replaceAll(/./g, percentEncoded)],
  ])('reads an id and a secret of every allowed character, sent %s', async (how, encode) => {
    const secret = [...ALPHABET].toReversed().join('');
    const every = await aConfidentialClient(server, {}, { clientId: `${ALPHABET}${how.length}`, secret });
    const pair = `${encode(every.id)}:${encode(secret)}`;
    const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    const answer = await post(server, '/token', undefined, passwordForm(person), {
      Authorization: authorization,
    });
    expectTokens(answer);
  });

  it('decodes once: a secret encoded twice is another one', async () => {
    const pair = `${client.id}:${client.secret!.replaceAll(/./g, percentEncoded).replaceAll('%', '%25')}`;
    const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    const answer = await post(server, '/token', undefined, passwordForm(person), {
      Authorization: authorization,
    });
    expectInvalidClient(answer, 'Basic');
  });

  it.each(['%', '%zz', '%ff'])('refuses credentials that are not form-encoded: %s', async (broken) => {
    const authorization = `Basic ${Buffer.from(`${client.id}${broken}:${client.secret}`).toString('base64')}`;
    const answer = await post(server, '/token', undefined, passwordForm(person), {
      Authorization: authorization,
    });
    expectInvalidClient(answer, 'Basic');
  });
});

describe('RFC 6749 §3.2.1: client_id in the body', () => {
  it('may stand beside Basic when it is the same, and may not when it is another', async () => {
    const other = await aConfidentialClient(server);
    expectTokens(await post(server, '/token', client, passwordForm(person, { client_id: client.id })));
    const answer = await post(server, '/token', client, passwordForm(person, { client_id: other.id }));
    expectOAuthError(answer, 'invalid_request');
  });

  it('alone does not authenticate a client that has a secret', async () => {
    const form = passwordForm(person, { client_id: client.id });
    expectInvalidClient(await post(server, '/token', undefined, form), 'ClientSecret');
  });

  it('must be there when nothing else says who asks', async () => {
    expectInvalidClient(await post(server, '/token', undefined, passwordForm(person)), 'ClientSecret');
    const form = passwordForm(person, { client_id: '' });
    expectInvalidClient(await post(server, '/token', undefined, form), 'ClientSecret');
  });

  it('alone is all that a public client sends, through a refresh too', async () => {
    const publicClient = await aPublicClient(server);
    const tokens = await post(
      server,
      '/token',
      undefined,
      passwordForm(person, { client_id: publicClient.id }),
    );
    expectTokens(tokens);
    const refreshed = await refresh(server, undefined, tokens.json.refresh_token, {
      client_id: publicClient.id,
    });
    expectTokens(refreshed);
  });

  it('may come in Basic with an empty secret from a public client, and from no other', async () => {
    const publicClient = await aPublicClient(server);
    expectTokens(await post(server, '/token', publicClient, passwordForm(person)));
    const form = passwordForm(person, { client_id: publicClient.id });
    expectTokens(await post(server, '/token', publicClient, form));
    for (const secret of [undefined, '']) {
      expectInvalidClient(await post(server, '/token', { ...client, secret }, passwordForm(person)), 'Basic');
    }
    const unknown = { ...publicClient, id: 'nobody' };
    expectInvalidClient(await post(server, '/token', unknown, passwordForm(person)), 'Basic');
  });

  it.each(SECRET_METHODS)(
    'a public client has no secret to authenticate with by $method',
    async ({ send, challenge }) => {
      const publicClient = await aPublicClient(server);
      for (const secret of ['anything', 'null', 'undefined']) {
        expectInvalidClient(await send(server, { ...publicClient, secret }, passwordForm(person)), challenge);
      }
    },
  );
});

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function median(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)]!;
}
