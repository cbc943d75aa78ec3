import type { EnvironmentReader } from './environment.js';

/** Whether the text is a web origin in its serialised form: scheme, host, optional port. RFC 6454 §6.2. */
export function isOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  return new URL(text).origin === text;
}

/** Whether the text may be the name of a host: no address with colons, no port. RFC 1123 §2.1. */
export function isHostName(text: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(text);
}

/** Whether a host of a URL is this machine itself. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The origin of a server, as a variable names it. */
export function readOrigin(read: EnvironmentReader, name: string): string | undefined {
  const url = read.text(name);
  read.demand(
    url === undefined || isOrigin(url),
    `${name} must be an http or https origin without a path or a trailing slash.`,
  );
  return url;
}

/** One that passwords, keys or tokens go to or come from: it must be TLS in production, loopback aside. */
export function readOriginOfTrust(
  read: EnvironmentReader,
  name: string,
  production: boolean,
): string | undefined {
  const url = readOrigin(read, name);
  if (production && url !== undefined && isOrigin(url)) {
    const { protocol, hostname } = new URL(url);
    read.demand(
      protocol === 'https:' || isLoopbackHost(hostname),
      `${name} must be an https URL in production, unless its host is loopback.`,
    );
  }
  return url;
}
