import { X509Certificate } from 'node:crypto';
import { type TlsOptions, createSecureContext } from 'node:tls';
import type { TlsConfig } from '../../config/config.js';

/** How long a peer may take to agree on a connection. Less than a stop may take, which waits for it. Milliseconds. */
const HANDSHAKE_MS = 5_000;

/**
 * Forward secrecy and authenticated encryption alone; the first three are TLS 1.3's. RFC 9325 §4.2, OWASP ASVS 12.1.2.
 * Node's own default still offers suites of CBC mode.
 */
const CIPHER_SUITES = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/**
 * TLS of this server's own: versions 1.2 and 1.3 (RFC 9325 §3.1), HTTP/1.1 alone.
 * @throws Error that names the variable, where certificate, key or CA cannot be used
 */
export function tlsOptions({ certificate, key, clientCa }: TlsConfig): TlsOptions {
  demandUsable('TLS_KEY is not the key of the certificate in TLS_CERT', () => {
    createSecureContext({ cert: certificate, key });
  });
  // OpenSSL passes over what it cannot read in a list of CAs, and would then let nobody in.
  demandUsable('TLS_CLIENT_CA does not hold certificates', () => certificatesIn(clientCa));
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
    ciphers: CIPHER_SUITES.join(':'),
    honorCipherOrder: true,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: HANDSHAKE_MS,
    // Most routes want no certificate of the caller. Those that do ask whether one was shown that this CA signed.
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
  };
}

/** What is wrong with the texts, before a server is made of them. */
export function tlsMistakes(config: TlsConfig | undefined): string[] {
  try {
    if (config !== undefined) tlsOptions(config);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** OpenSSL's own words are for its developers. */
function demandUsable(otherwise: string, use: () => unknown): void {
  try {
    use();
  } catch (cause) {
    throw new Error(`${otherwise}, or is no usable PEM.`, { cause });
  }
}

/** Every certificate of a PEM file, which may have text in between. */
function certificatesIn(pem: string | undefined): X509Certificate[] {
  const parts = (pem ?? '').split(/(?=-----BEGIN CERTIFICATE-----)/);
  return parts.filter((part) => part.startsWith('-----BEGIN')).map((part) => new X509Certificate(part));
}
