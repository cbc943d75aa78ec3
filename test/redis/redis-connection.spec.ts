import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { RedisUnavailable } from '../../src/platform/redis/redis-unavailable.js';
import { type Authority, LOCAL, type Subject, anAuthority } from '../support/certificates.js';
import { eventually } from '../support/limits.js';
import {
  HAS_REDIS_SERVER,
  type RedisServer,
  type TestConnection,
  aConnection,
  aRedisServer,
  aScript,
  askRedis,
} from '../support/redis.js';

const SET = aScript("return redis.call('SET', KEYS[1], ARGV[1])");
const GREETING = aScript('return {KEYS[1], ARGV[1]}');

describe.skipIf(!HAS_REDIS_SERVER)('the connection to Redis (TEST_REDIS_URL, and redis-server)', () => {
  const ended: (() => unknown)[] = [];

  afterEach(async () => {
    for (const end of ended.splice(0).toReversed()) await end();
  });

  it('runs scripts, by name once Redis has seen them', async () => {
    const { url } = await aServer();
    const { connection } = await aConnectionTo(url);
    for (let time = 0; time < 2; time++) {
      expect(await connection.script(GREETING)(['a'], ['b'])).toEqual(['a', 'b']);
    }
    expect(await askRedis(url, 'SCRIPT', 'EXISTS', GREETING.SHA1)).toEqual([1]);
  });

  it('takes no script that is added after it opened', async () => {
    const { url } = await aServer();
    const { connection } = await aConnectionTo(url);
    expect(() => connection.script(aScript('return 1'))).toThrow('before the connection to Redis opens');
  });

  it('uses the database that the path of the URL names', async () => {
    const { url } = await aServer();
    const { connection } = await aConnectionTo(`${url}/3`);
    await connection.script(SET)(['here'], ['1']);
    expect(await askRedis(`${url}/3`, 'GET', 'here')).toBe('1');
    expect(await askRedis(url, 'GET', 'here')).toBeNull();
  });

  it('shows its password to Redis, and to nobody else', async () => {
    const { url, port } = await aServer({ requirepass: 'seven-grey-donkeys' });
    const right = await aConnectionTo(`redis://:seven-grey-donkeys@localhost:${port}`);
    expect(await right.connection.script(GREETING)(['a'], ['b'])).toEqual(['a', 'b']);

    for (const wrong of [url, `redis://:six-grey-donkeys@localhost:${port}`]) {
      const { connection, logs } = await aConnectionTo(wrong);
      await expect(connection.script(GREETING)(['a'], ['b'])).rejects.toThrow(RedisUnavailable);
      expect(logs).toHaveLength(1);
      expect(JSON.stringify(logs)).not.toContain('donkeys');
    }
  });

  it('closes with the application, whether Redis is there or not, and does not come back', async () => {
    const server = await aServer();
    const { connection } = await aConnectionTo(server.url);
    connection.onApplicationShutdown();
    await eventually(
      async () => !String(await askRedis(server.url, 'CLIENT', 'LIST')).includes('name=grantway'),
    );
    await expect(connection.script(GREETING)(['a'], ['b'])).rejects.toThrow(RedisUnavailable);

    await server.kill();
    const { connection: waiting, logs } = await aConnectionTo(server.url);
    waiting.onApplicationShutdown();
    await server.start();
    await expect(waiting.script(GREETING)(['a'], ['b'])).rejects.toThrow(RedisUnavailable);
    expect(await askRedis(server.url, 'CLIENT', 'LIST')).not.toContain('name=grantway');
    expect(logs.map(({ msg }) => msg)).toEqual(['Redis cannot be used']);
  });

  describe('by rediss://', () => {
    it('is encrypted, with a server whose certificate is signed and meant for it', async () => {
      const ca = anAuthority();
      trust(ca);
      const { url } = await aServerWithTls(ca, LOCAL);
      const { connection } = await aConnectionTo(url);
      expect(await connection.script(GREETING)(['a'], ['b'])).toEqual(['a', 'b']);
    });

    it.each([
      ['is signed by nobody known', 'a stranger', LOCAL, 'self-signed certificate in certificate chain'],
      ['is for another host', 'trusted', { name: 'other', alternatives: ['DNS:other.example'] }, 'altnames'],
      ['has expired', 'trusted', { ...LOCAL, days: -1 }, 'certificate has expired'],
    ])('is refused to a server whose certificate %s', async (_, signer, subject, reason) => {
      const ca = anAuthority();
      if (signer === 'trusted') trust(ca);
      const { url } = await aServerWithTls(ca, subject);
      const { connection, logs } = await aConnectionTo(url);
      await expect(connection.script(GREETING)(['a'], ['b'])).rejects.toThrow(RedisUnavailable);
      expect(logs.map(({ msg }) => msg)).toEqual(['Redis cannot be used']);
      expect(logs[0]?.err?.message).toContain(reason);
    });
  });

  async function aServer(settings?: Record<string, string>): Promise<RedisServer> {
    const server = await aRedisServer(settings);
    ended.push(() => server.close());
    return server;
  }

  async function aServerWithTls(ca: Authority, subject: Subject): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'grantway-redis-tls-'));
    ended.push(() => rmSync(folder, { recursive: true, force: true }));
    const files = { certificate: join(folder, 'cert'), key: join(folder, 'key'), ca: join(folder, 'ca') };
    const { certificate, key } = ca.issue(subject);
    writeFileSync(files.certificate, certificate);
    writeFileSync(files.key, key);
    writeFileSync(files.ca, ca.certificate);
    return aServer({
      'tls-cert-file': files.certificate,
      'tls-key-file': files.key,
      'tls-ca-cert-file': files.ca,
      'tls-auth-clients': 'no',
    });
  }

  async function aConnectionTo(url: string): Promise<TestConnection> {
    const connected = await aConnection(url, GREETING, SET);
    ended.push(() => connected.connection.onApplicationShutdown());
    return connected;
  }

  /** As NODE_EXTRA_CA_CERTS does for a process. */
  function trust({ certificate }: Authority): void {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, certificate]);
    ended.push(() => setDefaultCACertificates(before));
  }
});
