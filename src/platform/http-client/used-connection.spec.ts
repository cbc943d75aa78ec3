import { Client, Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { type UpstreamServer, startCannedUpstream } from '../../../test/support/upstream-server.js';
import { skipInterimResponses } from './used-connection.js';

let upstream: UpstreamServer;
afterEach(async () => upstream.close());

describe('every client of undici in the process', () => {
  it.each([Client, Pool])(
    'skips a 100 that it did not ask for, on a connection that it goes on using',
    async (Kind) => {
      upstream = await startCannedUpstream(
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      );
      skipInterimResponses();
      skipInterimResponses();
      // A pool of more may open another while the first connection finishes its response.
      const client =
        Kind === Pool ? new Pool(upstream.origin, { connections: 1 }) : new Kind(upstream.origin);
      for (let nth = 0; nth < 3; nth += 1) {
        const { statusCode, body } = await client.request({ method: 'GET', path: '/' });
        expect([statusCode, await body.text()]).toEqual([200, 'ok']);
      }
      expect(upstream.accepted).toBe(1);
      await client.close();
    },
  );
});
