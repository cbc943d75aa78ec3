import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bearer, call, post, signIn } from '../../support/http.js';
import { type TestClient, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { statusOfControlCharacter } from '../../support/verdicts.js';

const RESOURCES = '/api/resources';
const NOBODYS = `${RESOURCES}/019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10`;
const MERGE_PATCH = { 'Content-Type': 'application/merge-patch+json' };
const JSON_TYPE = { 'Content-Type': 'application/json' };

let server: TestServer;
let client: TestClient;
/** The access token of a person who owns what a test makes. */
let alice: string;
let aliceSub: string;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  const person = await aPerson(server);
  aliceSub = person.sub;
  alice = (await signIn(server, client, person)).json.access_token;
});

afterAll(async () => {
  await server?.close();
});

async function aStranger(scope?: string): Promise<string> {
  return (await signIn(server, client, await aPerson(server), scope)).json.access_token;
}

async function create(content: object = { title: 'A resource' }, token = alice): Promise<Answer> {
  const answer = await bearer(server, token, RESOURCES, { method: 'POST', body: content });
  expect(answer).toMatchObject({ status: 201 });
  return answer;
}

/** A new resource's path. */
async function aResource(content?: object, token?: string): Promise<string> {
  return `${RESOURCES}/${(await create(content, token)).json.id}`;
}

/** Sends text that `JSON.stringify` would not write. */
async function sendRaw(
  method: string,
  path: string,
  body: string,
  headers: Record<string, string> = JSON_TYPE,
): Promise<Answer> {
  return call(server, path, { method, headers: { Authorization: `Bearer ${alice}`, ...headers }, body });
}

/** What a refusal looks like (RFC 9457), with the pointers of its field errors where a test names them. */
function aProblem(status: number, pointers?: string[]): object {
  const errors = pointers?.map((pointer) => expect.objectContaining({ pointer }) as object);
  return {
    status,
    headers: expect.toSatisfy(
      (headers: Headers) =>
        headers.get('content-type') === 'application/problem+json; charset=utf-8' &&
        headers.get('cache-control') === 'no-store' &&
        !headers.has('etag'),
    ) as Headers,
    json: { type: 'about:blank', status, ...(errors && { errors }) },
  };
}

describe('creating a resource', () => {
  it('answers 201 with the resource, its Location and its ETag', async () => {
    const body = { lines: [{ article: 'A-7' }, [1, null]], note: null };
    const created = await create({ title: 'Delivery 2041', body });
    expect(created.json).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      owner: aliceSub,
      title: 'Delivery 2041',
      body,
      version: 1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: created.json.created_at,
    });
    expect(created.headers.get('location')).toBe(`${RESOURCES}/${created.json.id}`);
    expect(created.headers.get('etag')).toBe('"1"');
    expect(created.headers.get('cache-control')).toBe('no-store');

    const read = await bearer(server, alice, created.headers.get('location')!);
    expect(read.status).toBe(200);
    expect(read.json).toEqual(created.json);
  });

  it('works with the example of the OpenAPI document', async () => {
    const { json: document } = await call(server, '/docs-json');
    const { properties } = document.components.schemas.CreateResource;
    const example = Object.fromEntries(
      Object.entries<{ example: unknown }>(properties).map(([name, schema]) => [name, schema.example]),
    );
    expect(document.paths[RESOURCES].post.security).toEqual([{ oauth2: ['resources:write'] }]);
    expect((await create(example)).json).toMatchObject(example);
  });

  it('makes the body null when there is none', async () => {
    expect((await create({ title: 'No body' })).json.body).toBeNull();
  });

  it.each([
    ['null', null],
    ['a boolean', false],
    ['a number', -0.125],
    ['an empty string', ''],
    ['text', 'ə 🐙 "quoted" \\ \n'],
    ['an empty array', []],
    ['an array', [1, 'two', [null], { three: 3 }]],
    ['an empty object', {}],
    ['an object with names like methods', { toString: 1, valueOf: { hasOwnProperty: 2 }, then: 3 }],
    [
      'an object with the names of a class',
      { constructor: 'Acme', prototype: { constructor: [{ prototype: 1 }] } },
    ],
    ['a list of such objects', [{ constructor: null }, { constructor: { name: 'x' } }, { toJSON: 1 }]],
    ['an object with numbers for names, slashes and tildes', { b: 1, '2': 2, '': 3, 'a/b~c': 4 }],
    ['very large and very small numbers', [1e308, 5e-324, Number.MAX_SAFE_INTEGER]],
  ])('keeps a body that is %s', async (_, body) => {
    const path = await aResource({ title: 'Any JSON', body });
    const { text } = await bearer(server, alice, path);
    expect(text).toContain(`"body":${JSON.stringify(body)},"version"`);
  });

  it('gives a client that acts for itself resources of its own', async () => {
    const grant = { grant_type: 'client_credentials', scope: 'resources:read resources:write' };
    const token = (await post(server, '/token', client, grant)).json.access_token;
    const created = await create({ title: 'A client owns me' }, token);
    expect(created.json.owner).toBe(client.id);
    const path = `${RESOURCES}/${created.json.id}`;
    expect((await bearer(server, token, path)).json).toEqual(created.json);
    expect(await bearer(server, alice, path)).toMatchObject(aProblem(404));
    expect((await bearer(server, token, path, { method: 'DELETE' })).status).toBe(204);
  });
});

describe('access to resources', () => {
  it('needs a token', async () => {
    const path = await aResource();
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await call(server, path, { method });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="[^"]+"(?!.*error=)/);
    }
    expect((await bearer(server, alice, path)).status).toBe(200);
  });

  it('answers 403 when the token may read and the request writes', async () => {
    const path = await aResource();
    const reader = await aStranger('resources:read');
    const attempts: [path: string, method: string][] = [
      [RESOURCES, 'POST'],
      [path, 'PUT'],
      [path, 'PATCH'],
      [path, 'DELETE'],
    ];
    for (const [target, method] of attempts) {
      const answer = await bearer(server, reader, target, { method, body: { title: 'x' } });
      expect(answer).toMatchObject(aProblem(403));
      expect(answer.headers.get('www-authenticate')).toContain(
        'error="insufficient_scope", error_description="This request needs the scope resources:write.", scope="resources:write"',
      );
    }
    expect((await bearer(server, reader, RESOURCES)).status).toBe(200);
    expect((await bearer(server, alice, path)).json.version).toBe(1);
  });

  it('answers 403 when the token may write and the request reads', async () => {
    const path = await aResource();
    const writer = await aStranger('resources:write');
    expect(await bearer(server, writer, RESOURCES)).toMatchObject(aProblem(403));
    expect(await bearer(server, writer, path)).toMatchObject(aProblem(403));
    await create({ title: 'Written' }, writer);
  });

  describe.each([
    ['GET', undefined],
    ['HEAD', undefined],
    ['PUT', { title: 'Taken' }],
    ['PATCH', { title: 'Taken' }],
    ['DELETE', undefined],
  ])('by %s', (method, body) => {
    it.each([
      ['', {}],
      [' with the right If-Match', { 'If-Match': '"1"' }],
      [' with a stale If-Match', { 'If-Match': '"7"' }],
      [' with the right If-None-Match', { 'If-None-Match': '"1"' }],
    ])("answers 404 for another person's resource, as for none%s", async (_, headers) => {
      const path = await aResource({ title: 'Mine' });
      const stranger = await aStranger();
      const others = await bearer(server, stranger, path, { method, body, headers });
      const none = await bearer(server, stranger, NOBODYS, { method, body, headers });
      expect(others.status).toBe(404);
      const textOf = ({ text }: Answer): string => text.replace(/"request_id":"[^"]+"/, '');
      expect(textOf(others)).toBe(textOf(none));
      expect([...others.headers.keys()]).toEqual([...none.headers.keys()]);
      expect(others.headers.get('etag')).toBeNull();

      const mine = await bearer(server, alice, path);
      expect(mine.json).toMatchObject({ title: 'Mine', version: 1 });
    });
  });

  it("keeps another person's resources out of a list, whatever the cursor", async () => {
    const mine = await aResource();
    const stranger = await aStranger();
    const own = await aResource({ title: 'Own' }, stranger);
    await aResource();
    const paths = async (query = ''): Promise<string[]> =>
      (await bearer(server, stranger, RESOURCES + query)).json.items.map(
        ({ id }: { id: string }) => `${RESOURCES}/${id}`,
      );
    expect(await paths()).toEqual([own]);
    const afterMine = Buffer.from(mine.slice(RESOURCES.length + 1)).toString('base64url');
    expect(await paths(`?cursor=${afterMine}`)).toEqual([]);
  });

  it.each(['abc', '1', '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b1', "'", '019A9F3E-7C1A-7D2E-9B0A-3F6D2C8E4B10'])(
    'answers 404 for the id %s',
    async (id) => {
      expect(await bearer(server, alice, `${RESOURCES}/${id}`)).toMatchObject(aProblem(404));
    },
  );

  it('finds nothing under a control character', async () => {
    const refusal = aProblem(statusOfControlCharacter(server));
    expect(await bearer(server, alice, `${RESOURCES}/%00`)).toMatchObject(refusal);
  });
});

describe('a refusal', () => {
  it('has no members but those of a problem', async () => {
    const path = await aResource();
    const put = async (body: unknown, headers = {}): Promise<Answer> =>
      bearer(server, alice, path, { method: 'PUT', body, headers });
    const members = async (refusal: Promise<Answer>): Promise<string[]> => Object.keys((await refusal).json);
    const always = ['type', 'title', 'status', 'detail', 'request_id'];
    expect(await members(put({ title: 7 }))).toEqual([...always, 'errors']);
    expect(await members(put({ title: 'x' }, { 'If-Match': '"7"' }))).toEqual(always);
    expect(await members(put({ title: 'x', body: 'x'.repeat(70_000) }))).toEqual(always);
    expect(await members(put({ title: 'x' }, { 'Content-Type': 'text/plain' }))).toEqual(always);
    expect(await members(bearer(server, alice, NOBODYS))).toEqual(always);
  });
});

describe('listing resources', () => {
  it('leads page by page to the end, newest first, without a gap or a repeat', async () => {
    const person = await aStranger();
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      ids.unshift((await create({ title: `No. ${n}`, body: n }, person)).json.id);
      server.clock.advance(0.002);
    }
    const seen: string[] = [];
    const sizes: number[] = [];
    let query = '?limit=3';
    for (;;) {
      const { json } = await bearer(server, person, RESOURCES + query);
      expect(Object.keys(json)).toEqual(['items', 'next_cursor']);
      seen.push(...json.items.map(({ id }: { id: string }) => id));
      sizes.push(json.items.length);
      if (json.next_cursor === null) break;
      query = `?limit=3&cursor=${json.next_cursor}`;
      // What is new meanwhile belongs before the first page.
      await create({ title: 'Meanwhile' }, person);
    }
    expect(seen).toEqual(ids);
    expect(sizes).toEqual([3, 3, 1]);
  });

  it('has no next page after one that is just full', async () => {
    const person = await aStranger();
    await aResource({ title: '1' }, person);
    await aResource({ title: '2' }, person);
    const { json } = await bearer(server, person, `${RESOURCES}?limit=2`);
    expect(json.items).toHaveLength(2);
    expect(json.next_cursor).toBeNull();
  });

  it('shows each resource as it is read alone', async () => {
    const person = await aStranger();
    const path = await aResource({ title: 'Whole', body: { a: [1] } }, person);
    const { json } = await bearer(server, person, RESOURCES);
    expect(json.items).toEqual([(await bearer(server, person, path)).json]);
  });

  it.each([
    'owner=x',
    'x=1',
    'limit=0',
    'limit=101',
    'limit=1.5',
    'limit=x',
    'limit=',
    'limit=1&limit=2',
    'cursor=',
    'cursor=abc',
    'ids=a,b',
  ])('answers 400 for the query %s', async (query) => {
    expect(await bearer(server, alice, `${RESOURCES}?${query}`)).toMatchObject(aProblem(400));
  });
});

describe('reading a resource', () => {
  it('answers 304 without a body when the caller has the version', async () => {
    const path = await aResource();
    for (const tags of ['"1"', 'W/"1"', '"0", "1"', '*']) {
      const answer = await bearer(server, alice, path, { headers: { 'If-None-Match': tags } });
      expect([answer.status, answer.text]).toEqual([304, '']);
      expect(answer.headers.get('etag')).toBe('"1"');
      expect(answer.headers.get('cache-control')).toBe('private, no-cache');
    }
  });

  it('answers 200 when the caller has an older version', async () => {
    const path = await aResource();
    await bearer(server, alice, path, { method: 'PUT', body: { title: 'Newer' } });
    const answer = await bearer(server, alice, path, { headers: { 'If-None-Match': '"1"' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe('"2"');
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
  });

  it('answers 400 when If-None-Match is malformed', async () => {
    expect(
      await bearer(server, alice, await aResource(), { headers: { 'If-None-Match': '1' } }),
    ).toMatchObject(aProblem(400));
  });
});

describe('replacing a resource', () => {
  it('puts title and body in place as the next version', async () => {
    const before = await create({ title: 'Before', body: { a: 1 } });
    const path = `${RESOURCES}/${before.json.id}`;
    server.clock.advance(1);
    const replaced = await bearer(server, alice, path, {
      method: 'PUT',
      body: { title: 'After', body: [2] },
    });
    expect(replaced.status).toBe(200);
    expect(replaced.headers.get('etag')).toBe('"2"');
    expect(replaced.json).toEqual({
      ...before.json,
      title: 'After',
      body: [2],
      version: 2,
      updated_at: replaced.json.updated_at,
    });
    expect(replaced.json.updated_at > before.json.updated_at).toBe(true);
    expect((await bearer(server, alice, path)).json).toEqual(replaced.json);
  });

  it('makes a body that is left out null', async () => {
    const path = await aResource({ title: 'Before', body: 1 });
    expect(
      (await bearer(server, alice, path, { method: 'PUT', body: { title: 'After' } })).json.body,
    ).toBeNull();
  });

  it('creates nothing at an id that is not there', async () => {
    expect(await bearer(server, alice, NOBODYS, { method: 'PUT', body: { title: 'New' } })).toMatchObject(
      aProblem(404),
    );
    expect(await bearer(server, alice, NOBODYS)).toMatchObject(aProblem(404));
  });

  it('counts every one of many replacements at once', async () => {
    const path = await aResource();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        bearer(server, alice, path, { method: 'PUT', body: { title: `${n}` } }),
      ),
    );
    const versions = answers.map(({ json }) => json.version).toSorted((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 12 }, (_, n) => n + 2));
  });

  it('lets one of many win that expect the same version', async () => {
    const path = await aResource();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        bearer(server, alice, path, {
          method: 'PUT',
          body: { title: `${n}` },
          headers: { 'If-Match': '"1"' },
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(7);
    expect((await bearer(server, alice, path)).json.version).toBe(2);
  });
});

describe('patching a resource', () => {
  it.each([
    ['application/merge-patch+json', MERGE_PATCH],
    ['application/json', JSON_TYPE],
  ])('merges %s into what is there', async (_, headers) => {
    const path = await aResource({
      title: 'Before',
      body: { keep: 1, change: { a: 1, b: 2 }, drop: true, list: [1, 2] },
    });
    const patch = { body: { change: { b: null, c: [null] }, drop: null, list: [3], add: { x: null, y: 1 } } };
    const patched = await bearer(server, alice, path, { method: 'PATCH', body: patch, headers });
    expect(patched.status).toBe(200);
    expect(patched.headers.get('etag')).toBe('"2"');
    expect(patched.json).toMatchObject({ title: 'Before', version: 2 });
    expect(patched.json.body).toEqual({ keep: 1, change: { a: 1, c: [null] }, list: [3], add: { y: 1 } });
    expect((await bearer(server, alice, path)).json).toEqual(patched.json);
  });

  it('merges members of any name', async () => {
    const body = { constructor: { a: 1 }, prototype: 1, toString: 1, hasOwnProperty: 1 };
    const path = await aResource({ title: 'Before', body });
    const patch = { body: { constructor: { b: 2 }, prototype: { c: 3 }, toString: null, valueOf: 4 } };
    const patched = await bearer(server, alice, path, { method: 'PATCH', body: patch, headers: MERGE_PATCH });
    const merged = { constructor: { a: 1, b: 2 }, prototype: { c: 3 }, hasOwnProperty: 1, valueOf: 4 };
    expect(patched.json.body).toEqual(merged);
    expect((await bearer(server, alice, path)).json.body).toEqual(merged);
  });

  it('changes the title and leaves the body', async () => {
    const path = await aResource({ title: 'Before', body: { a: 1 } });
    const patched = await bearer(server, alice, path, { method: 'PATCH', body: { title: 'After' } });
    expect(patched.json).toMatchObject({ title: 'After', body: { a: 1 } });
  });

  it('makes the body null where it is null', async () => {
    const path = await aResource({ title: 'Before', body: { a: 1 } });
    const patched = await bearer(server, alice, path, { method: 'PATCH', body: { body: null } });
    expect(patched.json).toMatchObject({ title: 'Before', body: null });
  });

  it('replaces a body that is no object, and with one that is none', async () => {
    const path = await aResource({ title: 'Before', body: [1] });
    const patch = async (body: unknown) =>
      (await bearer(server, alice, path, { method: 'PATCH', body: { body } })).json.body;
    expect(await patch({ a: 1, b: null })).toEqual({ a: 1 });
    expect(await patch('text')).toBe('text');
    expect(await patch([null])).toEqual([null]);
  });

  it('loses none of several patches at once', async () => {
    const path = await aResource({ title: 'Before', body: {} });
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        bearer(server, alice, path, { method: 'PATCH', body: { body: { [`member${n}`]: n } } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await bearer(server, alice, path)).json).toMatchObject({
      version: 6,
      body: { member0: 0, member1: 1, member2: 2, member3: 3, member4: 4 },
    });
  });

  it('does not let a body grow beyond its limit bit by bit', async () => {
    const path = await aResource({ title: 'Growing', body: { a: 'x'.repeat(40_000) } });
    const patch = { body: { b: 'x'.repeat(40_000) } };
    expect(await bearer(server, alice, path, { method: 'PATCH', body: patch })).toMatchObject(aProblem(413));
    expect((await bearer(server, alice, path)).json.version).toBe(1);
  });

  it.each<[patch: string, pointers: string[]]>([
    ['{"title":null}', ['/title']],
    ['{"title":""}', ['/title']],
    ['{"title":["x"]}', ['/title']],
    ['{"version":7}', ['/version']],
    ['{"owner":"x","id":"x","created_at":0,"title":""}', ['/owner', '/id', '/created_at', '/title']],
    ['{"a/b":1}', ['/a~1b']],
    ['{"body":{"a":"\\u0000"}}', ['/body/a']],
    ['[]', ['']],
    ['null', ['']],
    ['"x"', ['']],
  ])('answers 400 for %s', async (patch, pointers) => {
    const path = await aResource();
    expect(await sendRaw('PATCH', path, patch, MERGE_PATCH)).toMatchObject(aProblem(400, pointers));
    expect((await bearer(server, alice, path)).json.version).toBe(1);
  });

  it('answers 415 for a patch of another kind', async () => {
    const headers = { 'Content-Type': 'application/json-patch+json' };
    expect(await sendRaw('PATCH', await aResource(), '[]', headers)).toMatchObject(aProblem(415));
  });
});

describe('deleting a resource', () => {
  it('answers 204, and 404 from then on', async () => {
    const path = await aResource();
    const deleted = await bearer(server, alice, path, { method: 'DELETE' });
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    for (const method of ['GET', 'DELETE'])
      expect(await bearer(server, alice, path, { method })).toMatchObject(aProblem(404));
  });
});

describe.each([
  ['PUT', { title: 'Changed' }],
  ['PATCH', { title: 'Changed' }],
  ['DELETE', undefined],
])('%s with If-Match', (method, body) => {
  const send = async (path: string, tags: string): Promise<Answer> =>
    bearer(server, alice, path, { method, body, headers: { 'If-Match': tags } });

  it.each(['"2"', '*', '"1", "2"', 'W/"1", "2"', '"unknown","2",'])(
    'goes ahead when %s names the version',
    async (tags) => {
      const path = await aResource();
      await bearer(server, alice, path, { method: 'PUT', body: { title: 'Second' } });
      expect((await send(path, tags)).status).toBe(method === 'DELETE' ? 204 : 200);
    },
  );

  it.each(['"1"', '"3"', 'W/"2"', '""', '"99999999999999999999"', '"unknown"'])(
    'answers 412 when %s does not',
    async (tags) => {
      const path = await aResource();
      await bearer(server, alice, path, { method: 'PUT', body: { title: 'Second' } });
      expect(await send(path, tags)).toMatchObject(aProblem(412));
      expect((await bearer(server, alice, path)).json).toMatchObject({ title: 'Second', version: 2 });
    },
  );

  it.each(['1', '"1', '*, "1"', '"1" "2"', 'w/"1"'])('answers 400 when %s is malformed', async (tags) => {
    const path = await aResource();
    expect(await send(path, tags)).toMatchObject(aProblem(400));
    expect((await bearer(server, alice, path)).json.version).toBe(1);
  });
});

describe.each(['POST', 'PUT'])('the content of a %s', (method) => {
  const send = async (body: string, headers?: Record<string, string>): Promise<Answer> =>
    sendRaw(method, method === 'POST' ? RESOURCES : await aResource(), body, headers);

  it.each<[body: string, pointers: string[]]>([
    ['{}', ['/title']],
    ['{"title":null}', ['/title']],
    ['{"title":7}', ['/title']],
    ['{"title":""}', ['/title']],
    [`{"title":"${'x'.repeat(201)}"}`, ['/title']],
    ['{"title":"a\\u0000b"}', ['/title']],
    ['{"title":"a\\nb"}', ['/title']],
    ['{"title":"\\ud83d"}', ['/title']],
    ['{"title":"x","version":7}', ['/version']],
    ['{"title":"x","owner":"x","id":"x","role":"admin"}', ['/owner', '/id', '/role']],
    ['{"title":"x","body":"a\\u0000"}', ['/body']],
    ['{"title":"x","body":[{"a":["\\u0000"]}]}', ['/body/0/a/0']],
    ['{"title":"x","body":{"a":"\\ud800"}}', ['/body/a']],
    ['{"title":"x","body":{"a":{"\\u0000":1}}}', ['/body/a']],
    ['{"title":"x","body":{"a":[1,1e400]}}', ['/body/a/1']],
  ])('is refused with a pointer to what is wrong: %s', async (body, pointers) => {
    expect(await send(body)).toMatchObject(aProblem(400, pointers));
  });

  it.each(['', '{', '[]', '"x"', '7', 'null', '[{"title":"x"}]', '{"title":"x",}', '{"title":\'x\'}'])(
    'is refused when it is no JSON object: %s',
    async (body) => {
      expect(await send(body)).toMatchObject(aProblem(400));
    },
  );

  it.each([
    '{"title":"x","body":{"__proto__":{"polluted":true}}}',
    '{"title":"x","__proto__":{"polluted":true}}',
    '{"title":"x","body":[{"constructor":{"prototype":{"polluted":true}}}]}',
  ])('is refused when it names a prototype: %s', async (body) => {
    expect(await send(body)).toMatchObject(aProblem(400));
    expect('polluted' in {}).toBe(false);
  });

  it.each(['title', 'constructor', 'prototype', 'toString'])(
    'is refused when its member %s is an object with a constructor',
    async (name) => {
      for (const value of ['1', '"x"', '{}', 'null', '{"a":1}']) {
        expect(await send(`{"title":"x","${name}":{"constructor":${value}}}`)).toMatchObject(
          aProblem(400, [`/${name}`]),
        );
      }
    },
  );

  it('is refused at once when it nests too deep', async () => {
    const deep = `{"title":"x","body":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const path = method === 'POST' ? RESOURCES : await aResource();
    const started = performance.now();
    expect(await sendRaw(method, path, deep)).toMatchObject(aProblem(400));
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('may nest as deep as any document needs', async () => {
    const body = `${'['.repeat(60)}${']'.repeat(60)}`;
    const answer = await send(`{"title":"x","body":${body}}`);
    expect(answer.text).toContain(`"body":${body},`);
  });

  it('may have a body of 64 KiB, and no larger one', async () => {
    const ofBytes = (bytes: number) => JSON.stringify({ title: 'x', body: 'x'.repeat(bytes - 2) });
    expect((await send(ofBytes(64 * 1024))).status).toBe(method === 'POST' ? 201 : 200);
    expect(await send(ofBytes(64 * 1024 + 1))).toMatchObject(aProblem(413));
    expect(await send(ofBytes(300 * 1024))).toMatchObject(aProblem(413));
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'application/json; charset=latin1',
  ])('is refused with 415 as %s', async (type) => {
    expect(await send('{"title":"x"}', { 'Content-Type': type })).toMatchObject(aProblem(415));
  });
});
