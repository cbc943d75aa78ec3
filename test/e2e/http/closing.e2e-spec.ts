import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, call, post } from '../../support/http.js';
import { type TestServer, startServer } from '../../support/server.js';

describe('a server that is closing', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(() => server.database.drop());

  it('still answers those who are at its door: 503 and when to try again, in the words of the path', async () => {
    expect((await call(server, '/health/ready')).status).toBe(200);
    const closed = server.app.close();
    // Nest has hooks to run before the server learns of it.
    let answer: Answer;
    do answer = await call(server, '/health/ready');
    while (answer.status === 200);
    const [api, oauth] = await Promise.all([
      call(server, '/api/resources'),
      post(server, '/token', undefined, ''),
    ]);

    for (const { status, headers } of [answer, api, oauth]) {
      expect(status).toBe(503);
      expect(headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
      expect(headers.get('Connection')).toBe('close');
      expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    }
    expect(api.json).toMatchObject({ type: 'about:blank', status: 503 });
    expect(oauth.json).toMatchObject({ error: 'temporarily_unavailable' });
    await closed;
    await expect(call(server, '/health/live')).rejects.toThrow('fetch failed');
  });
});
