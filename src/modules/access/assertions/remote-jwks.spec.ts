import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clock } from '../../../platform/clock/clock.js';
import { createLogger } from '../../../platform/logging/logger.js';
import { Overloaded } from '../../../protocol/overloaded.js';
import { RemoteJwks } from './remote-jwks.js';

let now: number;

class TestClock extends Clock {
  now(): Date {
    return new Date(now * 1000);
  }
}

function aJwk(kid: string, more: object = {}): object {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256', ...more };
}

describe('the keys of the gateway', () => {
  let server: Server;
  let fetched: number;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let keys: RemoteJwks;
  let log: string[];

  const publish = (...published: unknown[]): void => {
    answer = (_, response) => {
      response.setHeader('Cache-Control', 'public, max-age=100');
      response.end(JSON.stringify({ keys: published }));
    };
  };

  beforeEach(async () => {
    now = 1_000_000;
    fetched = 0;
    log = [];
    server = createServer((request, response) => {
      fetched += 1;
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    keys = new RemoteJwks(
      {
        secret: undefined,
        previousSecret: undefined,
        gatewayUrl: `http://127.0.0.1:${port}`,
        gatewayCa: undefined,
      },
      new TestClock(),
      createLogger('trace', { write: (line) => void log.push(line) }),
    );
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('are fetched once and kept for as long as the gateway says', async () => {
    publish(aJwk('one'));
    const found = await Promise.all([keys.find('one'), keys.find('one'), keys.find('one')]);
    expect(found.map((key) => key?.algorithm)).toEqual(['ES256', 'ES256', 'ES256']);
    now += 99;
    await keys.find('one');
    expect(fetched).toBe(1);
    now += 1;
    await keys.find('one');
    expect(fetched).toBe(2);
  });

  it('are looked for again for a key id that is new, once in a cool-down', async () => {
    publish(aJwk('one'));
    await keys.find('one');
    now += 5;
    publish(aJwk('one'), aJwk('two'));
    expect(await keys.find('two')).toMatchObject({ kid: 'two' });
    for (let n = 0; n < 2_000; n += 1) expect(await keys.find(`random-${n}`)).toBeUndefined();
    expect(fetched).toBe(2);
    expect(await keys.find('one')).toMatchObject({ kid: 'one' });
  });

  it('stop counting when the gateway has withdrawn them', async () => {
    publish(aJwk('one'), aJwk('two'));
    await keys.find('one');
    publish(aJwk('two'));
    now += 100;
    expect(await keys.find('one')).toBeUndefined();
    expect(await keys.find('two')).toMatchObject({ kid: 'two' });
  });

  it('are nothing to go on once their time is over and the gateway is away; afterwards all is well again', async () => {
    publish(aJwk('one'));
    await keys.find('one');
    answer = (request) => request.socket.destroy();
    now += 99;
    expect(await keys.find('one')).toMatchObject({ kid: 'one' });
    now += 1;
    await expect(keys.find('one')).rejects.toThrow(Overloaded);
    await expect(keys.find('one')).rejects.toThrow(Overloaded);
    expect(fetched).toBe(2);
    expect(log.join('')).toContain('could not be fetched');
    publish(aJwk('one'));
    now += 5;
    expect(await keys.find('one')).toMatchObject({ kid: 'one' });
  });

  const tooLong = ' '.repeat(70_000);
  it.each<[string, (response: ServerResponse) => void]>([
    ['an error', (response) => response.writeHead(500).end('{"keys":[]}')],
    ['no JSON', (response) => response.end('<html>')],
    ['no key set', (response) => response.end('{"keys":"one"}')],
    ['null', (response) => response.end('null')],
    ['a redirect', (response) => response.writeHead(302, { Location: '/.well-known/jwks.json' }).end()],
    ['an endless document', (response) => response.end(`{"keys":[]${tooLong}}`)],
    ['a broken key', (response) => response.end(JSON.stringify({ keys: [aJwk('one', { x: 'AA' })] }))],
    [
      'a key of another curve',
      (response) => {
        const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
        const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'ES256' };
        response.end(JSON.stringify({ keys: [jwk] }));
      },
    ],
    [
      'a short RSA key',
      (response) => {
        const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
        const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
        response.end(JSON.stringify({ keys: [jwk] }));
      },
    ],
  ])('are not had from %s', async (_, respond) => {
    answer = (_request, response) => respond(response);
    await expect(keys.find('one')).rejects.toThrow(Overloaded);
  });

  it('leave out what is for another use or algorithm', async () => {
    publish(
      aJwk('encryption', { use: 'enc' }),
      aJwk('other', { alg: 'HS256' }),
      { kty: 'oct', k: 'AA' },
      aJwk('one'),
    );
    expect(await keys.find('encryption')).toBeUndefined();
    expect(await keys.find('other')).toBeUndefined();
    expect(await keys.find('one')).toMatchObject({ kid: 'one' });
  });
});
