import type { EnvironmentReader } from './environment.js';

/** A certificate of this process's own, in PEM. */
export class TlsConfig {
  certificate: string;
  key: string;
  /** Who signs the certificates of peers. With it, the internal routes take only peers that show one. */
  clientCa: string | undefined;
}

export function readTls(read: EnvironmentReader): TlsConfig | undefined {
  const certificate = readPem(read, 'TLS_CERT', 'CERTIFICATE');
  const key = readPem(read, 'TLS_KEY', 'PRIVATE KEY');
  const clientCa = readPem(read, 'TLS_CLIENT_CA', 'CERTIFICATE');
  read.demand(
    (certificate === undefined) === (key === undefined),
    'TLS_CERT and TLS_KEY must be set together.',
  );
  read.demand(
    clientCa === undefined || certificate !== undefined,
    'TLS_CLIENT_CA is only for use beside TLS_CERT and TLS_KEY.',
  );
  return certificate === undefined || key === undefined ? undefined : { certificate, key, clientCa };
}

/** A text in PEM, as the variable itself or in the file that its twin names. */
export function readPem(read: EnvironmentReader, name: string, what: string): string | undefined {
  const text = read.text(name);
  read.demand(
    text === undefined || new RegExp(`-----BEGIN [A-Z ]*${what}-----`).test(text),
    `${name} must be a PEM ${what.toLowerCase()}; ${name}_FILE names a file that holds it.`,
  );
  return text;
}
