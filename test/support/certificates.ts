import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key, in PEM. */
export interface Certificate {
  certificate: string;
  key: string;
}

/** Signs certificates; whoever trusts it holds its own. */
export interface Authority {
  certificate: string;
  issue(subject: Subject): Certificate;
}

export interface Subject {
  name: string;
  /** Names and addresses that a server answers to, as OpenSSL writes them: `DNS:localhost`, `IP:127.0.0.1`. */
  alternatives?: readonly string[];
  /** Days from now; a negative number makes a certificate that has expired. */
  days?: number;
}

/** A server's name in every suite. */
export const LOCAL = { name: 'localhost', alternatives: ['DNS:localhost', 'IP:127.0.0.1'] } as const;

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A certificate authority of the test's own, made by openssl(1). */
export function anAuthority(name = 'Test CA'): Authority {
  const ca = inFolder((folder) => {
    openssl(folder, 'req', '-x509', ...NEW_KEY, '-keyout', 'key', '-out', 'cert', '-subj', `/CN=${name}`);
    return read(folder);
  });
  return { certificate: ca.certificate, issue: (subject) => issue(ca, subject) };
}

function issue(ca: Certificate, { name, alternatives, days = 2 }: Subject): Certificate {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'ca'), ca.certificate);
    writeFileSync(join(folder, 'ca-key'), ca.key);
    writeFileSync(
      join(folder, 'extensions'),
      alternatives === undefined ? '' : `subjectAltName=${alternatives.join()}`,
    );
    openssl(folder, 'req', ...NEW_KEY, '-keyout', 'key', '-out', 'request', '-subj', `/CN=${name}`);
    const signing = ['-CA', 'ca', '-CAkey', 'ca-key', '-CAcreateserial', '-extfile', 'extensions'];
    openssl(folder, 'x509', '-req', '-in', 'request', '-out', 'cert', '-days', String(days), ...signing);
    return read(folder);
  });
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'grantway-certificates-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openssl(folder: string, ...parameters: string[]): void {
  execFileSync('openssl', parameters, { cwd: folder, stdio: 'ignore' });
}

function read(folder: string): Certificate {
  return {
    certificate: readFileSync(join(folder, 'cert'), 'utf8'),
    key: readFileSync(join(folder, 'key'), 'utf8'),
  };
}
