import { X509Certificate, createPrivateKey } from 'node:crypto';
import { resolve } from 'node:path';
import type { FilesRead } from './files-read.js';
import type { TlsEntry } from './route-entry.js';
import type { Upstream } from '../route.js';
import type { Finding } from './routes-error.js';

/** The TLS of an upstream with its files read, and what is wrong with them. */
export interface TlsRead {
  tls: Upstream['tls'];
  /** Places within the entry. */
  findings: Finding[];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the PEM files of an entry. Whether a certificate is in time is not asked here: it is at each handshake.
 * @param directory that the names are relative to
 */
export function readTls(entry: TlsEntry | undefined, directory: string, files: FilesRead): TlsRead {
  if (entry === undefined) return { tls: undefined, findings: [] };
  const findings: Finding[] = [];
  const read = (
    member: keyof TlsEntry,
    objectionTo: (pem: string) => string | undefined,
  ): string | undefined => {
    const name = entry[member];
    if (name === undefined) return undefined;
    const file = files.named(resolve(directory, name));
    const detail = 'detail' in file ? file.detail : objectionTo(file.text);
    if ('text' in file && detail === undefined) return file.text;
    findings.push({ place: [member], detail: detail! });
    return undefined;
  };
  const ca = read('ca_file', objectionToCertificates);
  const certificate = read('cert_file', objectionToCertificates);
  const key = read('key_file', objectionToKey);
  if (certificate !== undefined && key !== undefined && !belongTogether(certificate, key)) {
    findings.push({ place: ['key_file'], detail: 'names a file whose key is not that of the certificate' });
  }
  return { tls: { ca, certificate, key, serverName: entry.server_name }, findings };
}

function objectionToCertificates(pem: string): string | undefined {
  const certificates = pem.match(CERTIFICATE) ?? [];
  const isSound =
    certificates.length > 0 && certificates.every((one) => succeeds(() => new X509Certificate(one)));
  return isSound ? undefined : 'names a file without PEM certificates, or with one that cannot be read';
}

function objectionToKey(pem: string): string | undefined {
  return succeeds(() => createPrivateKey(pem))
    ? undefined
    : 'names a file without a PEM private key, or with an encrypted one';
}

function belongTogether(certificate: string, key: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

function succeeds(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
