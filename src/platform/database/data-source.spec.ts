import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresOptions } from './data-source.js';

const URL = 'postgres://app:secret@db.example/grantway';

/** What pg makes of the options that TypeORM passes on to it; its types leave some of that out. */
type ConfiguredClient = Omit<pg.Client, 'ssl'> & {
  ssl: false | { key?: string };
  connectionParameters: Record<string, unknown>;
};

function clientFor(url: string): ConfiguredClient {
  const { extra } = postgresOptions(
    { url, poolSize: 10, pooler: 'session' },
    { entities: [], migrations: [] },
  ) as { extra: pg.ClientConfig };
  return new pg.Client(extra) as unknown as ConfiguredClient;
}

describe('the options of a PostgreSQL connection', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'grantway-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('are those of the URL', () => {
    expect(clientFor('postgres://app:sec%2Fret@db.example:6432/grantway')).toMatchObject({
      host: 'db.example',
      port: 6432,
      user: 'app',
      password: 'sec/ret',
      database: 'grantway',
    });
  });

  it('have no TLS unless the URL says so', () => {
    expect(clientFor(URL).ssl).toBe(false);
    expect(clientFor(`${URL}?sslmode=disable`).ssl).toBe(false);
  });

  it.each(['verify-full', 'verify-ca', 'require'])('verify the certificate with sslmode=%s', (mode) => {
    const { ssl } = clientFor(`${URL}?sslmode=${mode}`);
    expect(ssl).toBeTruthy();
    expect(ssl).not.toHaveProperty('rejectUnauthorized', false);
  });

  it('leave the certificate unverified only with sslmode=no-verify', () => {
    expect(clientFor(`${URL}?sslmode=no-verify`).ssl).toEqual({ rejectUnauthorized: false });
  });

  it('read the certificates and the key that the URL names', () => {
    const files = { sslrootcert: 'the authority', sslcert: 'the certificate', sslkey: 'the key' };
    const query = new URLSearchParams({ sslmode: 'verify-full' });
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), content);
      query.set(name, join(folder, name));
    }
    const { ssl } = clientFor(`${URL}?${query.toString()}`);
    expect(ssl).toMatchObject({ ca: files.sslrootcert, cert: files.sslcert });
    expect(ssl && ssl.key).toBe(files.sslkey);
  });

  it('bound how long connecting may take, and name the application', () => {
    expect(clientFor(URL).connectionParameters).toMatchObject({
      application_name: 'grantway',
      connect_timeout: 3,
    });
  });

  it('send no parameter at start that PgBouncer refuses', () => {
    const client = clientFor(URL) as unknown as { getStartupConf(): object };
    expect(Object.keys(client.getStartupConf())).toEqual(['user', 'database', 'application_name']);
  });
});

describe('a PostgreSQL server without TLS', () => {
  let server: Server;
  let port: number;
  let firstBytes: Buffer | undefined;

  beforeEach(async () => {
    firstBytes = undefined;
    server = createServer((socket) => {
      socket.once('data', (bytes) => {
        firstBytes = bytes;
        socket.end('N');
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    ({ port } = server.address() as { port: number });
  });

  afterEach(() => server.close());

  it('is told no name and no password when the URL asks for TLS', async () => {
    const client = clientFor(`postgres://app:secret@127.0.0.1:${port}/grantway?sslmode=verify-full`);
    await expect(client.connect()).rejects.toThrow('The server does not support SSL connections');
    // SSLRequest and nothing else: PostgreSQL manual, "Message Formats".
    expect(firstBytes).toEqual(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
  });
});
