import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, basic, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { answerOf, raw, rawPost, rawRequest, statusOf } from '../../support/raw.js';
import { type TestServer, startServer } from '../../support/server.js';

const LIVE = '/health/live';

/** What no answer may tell: frameworks, their codes, stacks, paths of this machine. */
const BANNER = /fastify|nest|node|express|FST_|HPE_|llhttp|\bat .*:\d+|\.[jt]s\b|statusCode|\/work\//i;

describe('requests that are malformed', () => {
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    server = await startServer();
    client = await aConfidentialClient(server);
    person = await aPerson(server);
  });

  afterAll(() => server.close());

  const get = async (target: string, headers = ['Host: as']) =>
    answerOf(await raw(server, rawRequest(`GET ${target}`, headers)));

  function expectRefusal(answer: Answer, status = 400): void {
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Content-Type')).toMatch(/^application\/(problem\+)?json; charset=utf-8$/);
    expect(answer.json).toBeTypeOf('object');
    expect(answer.text).not.toMatch(BANNER);
    expect([...answer.headers].flat().join(' ')).not.toMatch(BANNER);
  }

  describe('in their Host (RFC 9112 §3.2)', () => {
    it.each([
      ['none', []],
      ['an empty one', ['Host:']],
      ['two alike', ['Host: as', 'Host: as']],
      ['two that differ', ['Host: as', 'Host: evil']],
      ['two in one', ['Host: as, evil']],
      ['one with a space', ['Host: a b']],
      ['one with a path', ['Host: as/path']],
      ['one with user information', ['Host: user@as']],
      ['one with a port that is none', ['Host: as:eighty']],
      ['one with an escape', ['Host: a%00s']],
    ])('are refused: %s', async (_, headers) => expectRefusal(await get(LIVE, headers)));

    it.each([
      ['GET http://evil/health/live', ['Host: as']],
      ['GET http://as:81/health/live', ['Host: as']],
      ['GET http://as@evil/health/live', ['Host: as']],
    ])('are refused when the target names another: %s', async (line, headers) => {
      expectRefusal(answerOf(await raw(server, rawRequest(line, headers))));
    });

    it.each([
      [LIVE, ['Host: as']],
      [LIVE, ['Host: as.example:8443']],
      [LIVE, ['Host: [::1]:3000']],
      [LIVE, ['host: AS']],
      ['http://as/health/live', ['Host: as']],
      ['http://AS/health/live', ['Host: as']],
    ])('are taken when it is in order: %s with %s', async (target, headers) => {
      expect((await get(target, headers)).status).toBe(200);
    });

    it('are taken without one in HTTP/1.0, as health checks send them', async () => {
      expect(statusOf(await raw(server, `GET ${LIVE} HTTP/1.0\r\n\r\n`))).toBe(200);
    });

    it('get no token, and are answered in the words of OAuth', async () => {
      const body = new URLSearchParams({
        grant_type: 'password',
        username: person.username,
        password: person.password,
      }).toString();
      const headers = [
        'Content-Type: application/x-www-form-urlencoded',
        `Authorization: ${basic(client)}`,
        'Host: evil',
      ];
      const answer = answerOf(await raw(server, rawPost('/token', headers, body)));
      expectRefusal(answer);
      expect(answer.json).toMatchObject({ error: 'invalid_request' });
      expect(answerOf(await raw(server, rawPost('/token', headers.slice(0, 2), body))).status).toBe(200);
    });
  });

  describe('in their target (RFC 9112 §3.2)', () => {
    it.each(['/%zz', '/%', '/token%', '/api/resources/%zz', '/%c0%ae%c0%ae', '/%ff'])(
      'are refused: %s',
      async (target) => expectRefusal(await get(target)),
    );

    it.each(['health/live', '*', '/health live', '/health\u0000', '/health\u0007', '//', '/../health/live'])(
      'reach nothing: %j',
      async (target) => {
        const answer = await get(target);
        expect([400, 404]).toContain(answer.status);
        expectRefusal(answer, answer.status);
      },
    );

    it.each([
      '/API/resources',
      '/api//resources',
      '//api/resources',
      '/api/resources/',
      '/api/./resources',
      '/public/../api/resources',
      '/%61pi/resources',
      '/api%2fresources',
      '/api%5cresources',
      '/api/resources%00',
      '/api/resources;a=b',
      '/api/resources%20',
      '/api/resources?',
      '/api/resources#x',
    ])('open no way around the guard: %s', async (target) => {
      expect([400, 401, 404]).toContain((await get(target)).status);
    });
  });

  describe('in their framing (RFC 9112 §6)', () => {
    const post = (headers: string[], body: string) =>
      `POST /token HTTP/1.1\r\nHost: as\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
    const SECOND = `GET ${LIVE} HTTP/1.1\r\nHost: as\r\n\r\n`;

    it.each([
      ['a length beside chunks', ['Content-Length: 6', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
      ['two lengths', ['Content-Length: 0', 'Content-Length: 5'], ''],
      ['two lengths in one', ['Content-Length: 0, 5'], ''],
      ['a length that is no number', ['Content-Length: +0'], ''],
      ['a negative length', ['Content-Length: -1'], ''],
      ['chunks that are not the last coding', ['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
      ['an unknown coding', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
      ['a chunk size that is no number', ['Transfer-Encoding: chunked'], 'zz\r\n\r\n'],
      ['a space before the colon', ['Content-Length : 0'], ''],
      ['a folded field', ['X-Folded: a', ' b', 'Content-Length: 0'], ''],
      ['a field without a name', [': nameless', 'Content-Length: 0'], ''],
      ['a NUL in a value', ['X-Nul: a\u0000b', 'Content-Length: 0'], ''],
    ])('are refused, and what follows is no request: %s', async (_, headers, body) => {
      const answer = await raw(server, post(headers, body) + SECOND);
      expectRefusal(answerOf(answer));
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
      expect(answerOf(answer).headers.get('Connection')).toBe('close');
    });

    it('are told from two good requests in one go, answered in their order', async () => {
      const two = `GET ${LIVE} HTTP/1.1\r\nHost: as\r\n\r\n${rawRequest('GET /nothing')}`;
      const answer = await raw(server, two);
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404']);
    });

    it('leave the request before them its answer, and get one in their turn', async () => {
      const body = new URLSearchParams({
        grant_type: 'password',
        username: person.username,
        password: person.password,
      }).toString();
      const headers = [
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${body.length}`,
        `Authorization: ${basic(client)}`,
      ];
      const answer = await raw(server, `${post(headers, body)}hello\r\n\r\nhello\r\n\r\n`);
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
      expect(answer).toContain('"access_token"');
    });

    it.each([
      'hello',
      'GET / HTTP/9.9\r\n\r\n',
      'GET /\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000',
      '{"a":1}\r\n\r\n',
    ])('are refused when they are no HTTP/1.1 at all: %j', async (text) =>
      expectRefusal(answerOf(await raw(server, `${text}\r\n\r\n`))),
    );
  });

  it('leave the server as it was', async () => {
    expect((await signIn(server, client, person)).status).toBe(200);
  });
});
