import type { EnvironmentReader } from './environment.js';
import { isLoopbackHost } from './origins.js';

/** Whether `NAME_INSECURE=allow` is set: the operator accepts for NAME what is refused by default. */
export function readInsecure(read: EnvironmentReader, name: string): boolean {
  return read.choice(`${name}_INSECURE`, 'deny', ['deny', 'allow']) === 'allow';
}

/** In production, cleartext beyond this machine is refused unless the operator allows it by name. */
export function demandPrivacy(
  read: EnvironmentReader,
  name: string,
  { production, isPrivate, instead }: { production: boolean; isPrivate: boolean; instead: string },
): void {
  const allowed = readInsecure(read, name);
  read.demand(
    !production || isPrivate || allowed,
    `${name} leads beyond this machine without verified TLS: use ${instead}, or accept that with ${name}_INSECURE=allow.`,
  );
}

/** Whether traffic to the URL is protected: by TLS, or because it stays on this machine. */
export function isPrivateUrl(url: string | undefined, tlsProtocol: string): boolean {
  if (url === undefined || !URL.canParse(url)) return true;
  const { protocol, hostname } = new URL(url);
  return protocol === tlsProtocol || isLoopbackHost(hostname);
}

/**
 * As node-postgres reads the URL: the last parameter of a name counts, `sslmode` before `ssl`, and every mode but
 * `disable` and `no-verify` verifies the certificate, unless libpq's own meaning is asked for.
 */
export function isPrivatePostgresUrl(url: string | undefined): boolean {
  if (url === undefined || !URL.canParse(url)) return true;
  const parameters = Object.fromEntries(new URL(url).searchParams);
  const host = hostOfPostgresUrl(url);
  if (host.startsWith('/') || isLoopbackHost(host)) return true;
  const verifying = parameters.uselibpqcompat === 'true' ? VERIFYING_IN_LIBPQ : VERIFYING;
  return parameters.sslmode === undefined
    ? ['1', 'true'].includes(parameters.ssl ?? '') || parameters.sslrootcert !== undefined
    : verifying.has(parameters.sslmode);
}

/** The host that node-postgres connects to, or the directory of a socket; empty where the URL names neither. */
export function hostOfPostgresUrl(url: string): string {
  const { hostname, searchParams } = new URL(url);
  return searchParams.getAll('host').at(-1) || decodeURIComponent(hostname);
}

const VERIFYING_IN_LIBPQ = new Set(['verify-ca', 'verify-full']);
const VERIFYING = new Set([...VERIFYING_IN_LIBPQ, 'require', 'prefer']);
