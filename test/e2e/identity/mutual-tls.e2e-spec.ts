import { once } from 'node:events';
import { type Server, type TLSSocket, createServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DIRECTORY_LIMITS } from '../../../src/modules/directory/remote/directory-limits.js';
import { Overloaded } from '../../../src/protocol/overloaded.js';
import { type Authority, LOCAL, type Subject, anAuthority } from '../../support/certificates.js';
import { ADMINISTRATOR, type TestServer, startOne } from '../../support/server.js';
import { SECRET, clientOf, closeAll, closing, ownerOf, reasonsOf, signIn } from './directory-client.js';

let authority: Authority;
let identity: TestServer;
let url: string;
let gateway: { clientCertificate: string; clientKey: string };

beforeAll(async () => {
  authority = anAuthority();
  const own = authority.issue(LOCAL);
  const shown = authority.issue({ name: 'gateway' });
  gateway = { clientCertificate: shown.certificate, clientKey: shown.key };
  identity = await startOne({
    environment: {
      ROLES: 'identity',
      GATEWAY_URL: 'https://localhost:1',
      INTERNAL_SECRET: SECRET,
      TLS_CERT: own.certificate,
      TLS_KEY: own.key,
      TLS_CLIENT_CA: authority.certificate,
    },
  });
  url = `https://localhost:${identity.port}`;
});

afterEach(closeAll);
afterAll(() => identity?.close());

const asAdministrator = ({ people }: ReturnType<typeof clientOf>) =>
  signIn(people, ADMINISTRATOR.username, ADMINISTRATOR.password);

describe('a directory behind mutual TLS', () => {
  it('answers the gateway by its certificate and its secret', async () => {
    const client = clientOf(url, DIRECTORY_LIMITS, { ca: authority.certificate, ...gateway });
    const owner = ownerOf(await asAdministrator(client));
    expect(owner).toMatchObject({ username: ADMINISTRATOR.username, amr: ['pwd'] });
    expect(await client.people.describe(owner.sub)).toMatchObject({ sub: owner.sub });
    expect(await signIn(client.people, 'root', 'wrong')).toEqual({
      outcome: 'refused',
      reason: 'refused_by_directory',
    });
  });

  it('does not answer without the certificate: the operator is told, the person is not refused', async () => {
    const client = clientOf(url, DIRECTORY_LIMITS, { ca: authority.certificate });
    await expect(asAdministrator(client)).rejects.toThrow(Overloaded);
    expect(reasonsOf(client.logs)).toEqual(['it rejects this process: it may require IDENTITY_CLIENT_CERT']);
  });

  it('does not answer by another’s certificate', async () => {
    const { certificate, key } = anAuthority('Another CA').issue({ name: 'gateway' });
    const another = { ca: authority.certificate, clientCertificate: certificate, clientKey: key };
    const client = clientOf(url, DIRECTORY_LIMITS, another);
    await expect(asAdministrator(client)).rejects.toThrow(Overloaded);
    expect(reasonsOf(client.logs)[0]).toMatch(/IDENTITY_CLIENT_CERT/);
  });
});

describe('a server that cannot show whose it is', () => {
  /** Counts the bytes that reach it once the connection is secure. */
  async function anImpostor(by: Authority, subject: Subject) {
    const { certificate, key } = by.issue(subject);
    let received = 0;
    const server: Server = createServer({ cert: certificate, key }, (socket: TLSSocket) => {
      socket.on('data', (chunk) => (received += chunk.length));
      socket.on('error', () => undefined);
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing({ close: () => new Promise<void>((resolve) => server.close(() => resolve())) });
    const { port } = server.address() as { port: number };
    return { port, received: () => received };
  }

  it.each<[string, () => Authority, Subject, string]>([
    [
      'of a CA that is not trusted',
      () => anAuthority('Another CA'),
      LOCAL,
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    [
      'of another name',
      () => authority,
      { name: 'other', alternatives: ['DNS:other.example'] },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['that has expired', () => authority, { ...LOCAL, days: -1 }, 'CERT_HAS_EXPIRED'],
  ])('is sent no password: a certificate %s', async (_, by, subject, code) => {
    const impostor = await anImpostor(by(), subject);
    const client = clientOf(`https://localhost:${impostor.port}`, DIRECTORY_LIMITS, {
      ca: authority.certificate,
    });
    await expect(asAdministrator(client)).rejects.toThrow(Overloaded);
    expect(reasonsOf(client.logs)).toEqual([`there was no response: ${code}`]);
    expect(impostor.received()).toBe(0);
  });
});
