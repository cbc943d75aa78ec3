import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bearer, call, post, signIn } from '../../support/http.js';
import { type TestClient, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

const API = '/api/resources';

describe('JSON bodies (RFC 8259)', () => {
  let server: TestServer;
  let client: TestClient;
  let token: string;

  beforeAll(async () => {
    server = await startServer();
    client = await aConfidentialClient(server);
    token = (await signIn(server, client, await aPerson(server))).json.access_token;
  });

  afterAll(() => server.close());

  async function create(body: string | Uint8Array<ArrayBuffer>, type = 'application/json'): Promise<Answer> {
    return call(server, API, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': type },
      body,
    });
  }

  function expectProblem({ status, json }: Answer): void {
    expect(status).toBe(400);
    expect(json).toMatchObject({ type: 'about:blank', status: 400, request_id: expect.any(String) });
  }

  it.each([
    '{"title":"x","__proto__":{"polluted":1}}',
    '{"title":"x","body":{"__proto__":{"polluted":1}}}',
    '{"title":"x","body":[{"deep":{"__pro\\u0074o__":{"polluted":1}}}]}',
    '{"title":"x","body":{"constructor":{"prototype":{"polluted":1}}}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"__proto__":null}',
    '{"title":"x","body":[[{"constructor":{"prototype":null}}]]}',
  ])('are refused when they reach for a prototype: %s', async (body) => {
    expectProblem(await create(body));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each(['constructor', 'prototype', 'toString', 'hasOwnProperty', '__proto', 'proto__'])(
    'are taken with a member called %s, which is data',
    async (name) => {
      for (const value of ['1', 'null', '"prototype"', '{"a":1}', '[{"prototype":1}]']) {
        const { status, json } = await create(`{"title":"x","body":{"${name}":${value}}}`);
        expect([status, JSON.stringify(json.body)]).toEqual([201, `{"${name}":${value}}`]);
      }
    },
  );

  it.each([
    ['arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', '{"a":'.repeat(30_000) + '1' + '}'.repeat(30_000)],
    ['arrays that do not end', '['.repeat(200_000)],
  ])('are refused soon when they nest without end: %s', async (_, nested) => {
    const began = performance.now();
    expectProblem(await create(`{"title":"x","body":${nested}}`));
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('are refused when they are no UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"title":"'),
      Buffer.from([0xc3, 0x28, 0xff]),
      Buffer.from('"}'),
    ]);
    expectProblem(await create(Uint8Array.from(bytes)));
  });

  it.each(['{', '{"title":"x",}', "{'title':'x'}", '{"title":NaN}', '{"title":"x"} x', '// x', '\u0000'])(
    'are refused when they are no JSON: %j',
    async (body) => expectProblem(await create(body)),
  );

  it.each(['[]', '[{"title":"x"}]', '"x"', '1', 'true', 'null', ''])(
    'are refused when they are no object: %j',
    async (body) => expectProblem(await create(body)),
  );

  it.each([
    '{"title":"\\u0000"}',
    '{"title":"x","body":{"a":"\\u0000"}}',
    '{"title":"x","body":{"\\u0000":1}}',
  ])('are refused when they hold what the database cannot: %s', async (body) =>
    expectProblem(await create(body)),
  );

  it('name a member twice at their own risk: the last one counts', async () => {
    const answer = await create('{"title":"first","title":"second"}');
    expect(answer).toMatchObject({ status: 201, json: { title: 'second' } });
  });

  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8;',
    'application/json; v=1',
    'application/json;odata=verbose; charset=utf-8',
  ])('are taken as %s', async (type) => expect((await create('{"title":"x"}', type)).status).toBe(201));

  it.each([
    'application/json; charset=utf-16',
    'application/json;x',
    'application/jsonx',
    'text/json',
    'text/plain',
  ])('are not taken as %s', async (type) => expect((await create('{"title":"x"}', type)).status).toBe(415));

  it('have relatives that reach no prototype either: forms and queries', async () => {
    const form =
      '__proto__[polluted]=1&constructor[prototype][polluted]=1&__proto__=1&grant_type=client_credentials';
    expect((await post(server, '/token', client, form)).status).toBe(200);
    for (const query of [
      '__proto__[polluted]=1',
      '__proto__=1',
      'constructor=1',
      'constructor[prototype][polluted]=1',
    ]) {
      expectProblem(await bearer(server, token, `${API}?${query}`));
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
