import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, type Certificate, anAuthority } from '../../../../../test/support/certificates.js';
import { aRouteTo, closedAfterEach, startFront } from '../../../../../test/support/gateway-front.js';
import { type UpstreamServer, startUpstream } from '../../../../../test/support/upstream-server.js';
import type { Upstream } from '../../routes/route.js';

const toBeClosed = closedAfterEach();

/** A server by its address. */
const HERE = { name: 'issued', alternatives: ['IP:127.0.0.1'] };

let authority: Authority;
let stranger: Authority;
let valid: Certificate;

beforeAll(() => {
  authority = anAuthority('authority');
  stranger = anAuthority('stranger');
  valid = authority.issue(HERE);
});

/** @param clientCa whose clients alone are let in */
async function aTlsUpstream({ certificate, key }: Certificate, clientCa?: string): Promise<UpstreamServer> {
  const mutual = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  const server = createServer({ cert: certificate, key, ...mutual });
  return toBeClosed(
    await startUpstream(
      (request, response) => {
        const socket = request.socket as TLSSocket;
        response.end(
          `${String(socket.servername)} ${socket.getProtocol()} ${String(socket.getPeerCertificate().subject?.CN)}`,
        );
      },
      { server },
    ),
  );
}

/** The answer through the proxy, with what it logged. */
async function answerBy(upstream: UpstreamServer, tls: Upstream['tls']) {
  const front = toBeClosed(await startFront(aRouteTo([upstream], {}, { tls })));
  const answer = await fetch(front.origin, { method: 'POST', body: 'secret' });
  return { status: answer.status, text: await answer.text(), error: front.logs.map(({ error }) => error)[0] };
}

describe('TLS to an upstream', () => {
  it('is spoken with one whose certificate a chosen authority signed for its name', async () => {
    const upstream = await aTlsUpstream(valid);
    const answer = await answerBy(upstream, { ca: authority.certificate });
    expect(answer).toMatchObject({ status: 200, text: 'false TLSv1.3 undefined' });
  });

  it('asks for the name that the route has, whatever the address is', async () => {
    const named = await aTlsUpstream(
      authority.issue({ name: 'issued', alternatives: ['DNS:orders.internal'] }),
    );
    const answer = await answerBy(named, { ca: authority.certificate, serverName: 'orders.internal' });
    expect(answer).toMatchObject({ status: 200, text: 'orders.internal TLSv1.3 undefined' });
  });

  it('shows the route’s certificate to one that asks for it', async () => {
    const upstream = await aTlsUpstream(valid, authority.certificate);
    const { certificate, key } = authority.issue({ name: 'issued', alternatives: ['DNS:gateway.internal'] });
    const answer = await answerBy(upstream, { ca: authority.certificate, certificate, key });
    expect(answer).toMatchObject({ status: 200, text: 'false TLSv1.3 issued' });
  });

  it.each<[string, () => Certificate, () => Upstream['tls'], string]>([
    [
      'signed by an authority that is not the chosen one',
      () => stranger.issue(HERE),
      ours,
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    [
      'signed by no authority of the system’s',
      () => valid,
      () => undefined,
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    ['signed by itself', () => aSelfSigned(), ours, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['expired', () => authority.issue({ ...HERE, days: -1 }), ours, 'CERT_HAS_EXPIRED'],
    [
      'for another name',
      () => authority.issue({ name: 'issued', alternatives: ['DNS:other.internal'] }),
      ours,
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'for the address where the route has a name',
      () => valid,
      () => ({ ...ours(), serverName: 'orders.internal' }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ])('is not spoken with one whose certificate is %s', async (_, certificate, tls, error) => {
    const upstream = await aTlsUpstream(certificate());
    const answer = await answerBy(upstream, tls());
    expect(answer).toMatchObject({ status: 502, error });
    expect(answer.text).not.toMatch(/127\.0\.0\.1|internal|cert/i);
    // Nothing of the request was sent.
    expect(upstream.asked).toBe(0);
  });

  it('is not spoken without the certificate that the upstream asks for', async () => {
    const upstream = await aTlsUpstream(valid, authority.certificate);
    expect((await answerBy(upstream, ours())).status).toBe(502);
    expect(upstream.asked).toBe(0);
  });

  describe('in an environment that would switch verification off', () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;

    beforeAll(() => void (process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'));
    afterAll(() => {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    });

    it('is verified all the same', async () => {
      const upstream = await aTlsUpstream(aSelfSigned());
      expect((await answerBy(upstream, ours())).status).toBe(502);
    });
  });
});

/** A certificate that its own key signed. */
function aSelfSigned(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'grantway-self-signed-'));
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key'];
  const subject = ['-subj', '/CN=self', '-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-out', 'cert'], {
      cwd: folder,
      stdio: 'ignore',
    });
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    return { certificate: read('cert'), key: read('key') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function ours(): NonNullable<Upstream['tls']> {
  return { ca: authority.certificate };
}
