import { type ChildProcess, spawn } from 'node:child_process';
import { type KeyObject, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type Server, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.js';
import { macedWith, signedWith, unsigned } from '../../support/jwt.js';

const EXAMPLE = resolve('examples/api-server');
const ISSUER = 'https://gateway.example';
const HEADER = { alg: 'ES256', typ: 'identity+jwt', kid: 'current' };

const current = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const another = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** What the gateway says of a caller now. */
function theClaims() {
  const now = Math.floor(Date.now() / 1000);
  return {
    ...{ iss: ISSUER, aud: ISSUER, sub: 'person:1', client_id: 'grantway', scope: 'resources:read profile' },
    ...{ iat: now, exp: now + 10, jti: randomUUID(), htm: 'GET', path: '/api/documents' },
  };
}

const assertion = (
  changes: object = {},
  header: object = HEADER,
  key: KeyObject = current.privateKey,
): string => signedWith(key, header, { ...theClaims(), ...changes });

/** The example of an API, and the gateway's keys that it asks for. */
class RunningExample {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(gatewayUrl: string): Promise<RunningExample> {
    const port = await freePort();
    const child = spawn(process.execPath, [join(EXAMPLE, 'server.mjs')], {
      env: { PORT: String(port), GATEWAY_URL: gatewayUrl, ISSUER },
    });
    const started = await Promise.race([once(child.stdout, 'data').then(() => true), once(child, 'close')]);
    if (started !== true) throw new Error('The example did not start.');
    return new RunningExample(child, `http://127.0.0.1:${port}`);
  }

  /** @returns the status of an answer to this assertion, or to several */
  async statusOf(...assertions: string[]): Promise<number> {
    // fetch would join them with a comma, which is another thing than the field twice.
    const asked = request(`${this.url}/api/documents?limit=1`, { headers: { 'X-Identity': assertions } });
    const [answer] = await once(asked.end(), 'response');
    answer.resume();
    return answer.statusCode;
  }

  async close(): Promise<void> {
    this.child.kill();
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
  }
}

async function serving(answer: unknown): Promise<{ server: Server; url: string }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('examples/api-server', () => {
  let keys: { server: Server; url: string };
  let example: RunningExample;

  beforeAll(async () => {
    const published = [
      { ...current.publicKey.export({ format: 'jwk' }), kid: 'current', use: 'sig', alg: 'ES256' },
      { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa', use: 'sig', alg: 'RS256' },
    ];
    keys = await serving({ keys: published });
    example = await RunningExample.start(keys.url);
  });

  afterAll(async () => {
    await example.close();
    keys.server.close();
  });

  it('takes an assertion of the gateway', async () => {
    expect(await example.statusOf(assertion())).toBe(200);
  });

  it('validates the access', async () => {
    expect(await example.statusOf(assertion({ scope: 'resources:write' }))).toBe(403);
  });

  it.each<[string, () => string[]]>([
    ['none at all', () => []],
    ['two that are good', () => [assertion(), assertion()]],
    ['the same one twice', () => Array(2).fill(assertion()) as string[]],
    ['two in one field', () => [`${assertion()}, ${assertion()}`]],
    ['one of another key', () => [assertion({}, HEADER, another.privateKey)]],
    [
      'one of a key that is not published',
      () => [assertion({}, { ...HEADER, kid: 'x' }, another.privateKey)],
    ],
    ['one without a signature', () => [unsigned({ ...HEADER, alg: 'none' }, theClaims())]],
    [
      'one under the published key as a secret',
      () => [
        macedWith(current.publicKey.export({ format: 'pem', type: 'spki' }), 'HS256', HEADER, theClaims()),
      ],
    ],
    [
      'one by another algorithm of the gateway',
      () => [assertion({}, { ...HEADER, alg: 'RS256', kid: 'rsa' }, rsa.privateKey)],
    ],
    ['an access token, signed with the same key', () => [assertion({}, { ...HEADER, typ: 'at+jwt' })]],
    ['one without a type', () => [assertion({}, { alg: 'ES256', kid: 'current' })]],
    ['one for another audience', () => [assertion({ aud: `${ISSUER}/identity` })]],
    ['one of another issuer', () => [assertion({ iss: 'https://evil.example' })]],
    ['one that has expired', () => [assertion({ iat: theClaims().iat - 17, exp: theClaims().iat - 7 })]],
    ['one for another method', () => [assertion({ htm: 'POST' })]],
    ['one for another path', () => [assertion({ path: '/api/documents/7' })]],
    ['one that is bound to no request', () => [assertion({ htm: undefined, path: undefined })]],
    ['one that is older than ten seconds', () => [assertion({ iat: theClaims().iat - 3600 })]],
    ['one that never expires', () => [assertion({ exp: undefined })]],
    ['one that does not say since when', () => [assertion({ iat: undefined })]],
    ['one about nobody', () => [assertion({ sub: undefined })]],
    ['words', () => ['alice']],
  ])('refuses %s with 401', async (_, assertions) => {
    expect(await example.statusOf(...assertions())).toBe(401);
  });

  it.each<[string, () => Promise<{ server: Server | undefined; url: string }>]>([
    ['cannot be reached', async () => ({ server: undefined, url: `http://127.0.0.1:${await freePort()}` })],
    ['are none', async () => serving({ keys: 'none' })],
    ['are not even JSON of an object', async () => serving(7)],
  ])('answers 503 where the keys of the gateway %s', async (_, gateway) => {
    const { server, url } = await gateway();
    const lost = await RunningExample.start(url);
    expect(await lost.statusOf(assertion())).toBe(503);
    // That needs no keys.
    expect(await lost.statusOf()).toBe(401);
    await lost.close();
    server?.close();
  });
});

describe('docs/gateway.md', () => {
  it('shows the recipe for Node.js as the example runs it', () => {
    const recipe = readFileSync(join(EXAMPLE, 'identity.mjs'), 'utf8');
    const shown = /identity\.mjs\):\n\n```js\n(.*?)```$/ms.exec(readFileSync('docs/gateway.md', 'utf8'))?.[1];
    expect(shown).toBe(recipe);
  });
});
