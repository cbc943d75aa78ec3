import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { EnvironmentReader } from './environment.js';

/** An address as bytes, so that two notations of one address are equal. `toString()` is its canonical text, RFC 5952. */
export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/** Every address whose first `bits` bits are those of `address`. */
export interface AddressRange {
  address: IpAddress;
  bits: number;
}

/** The number of leading bits that mark an IPv6 address as IPv4-mapped. RFC 4291 §2.5.5.2. */
const MAPPED_BITS = 96;

/**
 * Reads an address: IPv4 as four decimal numbers, IPv6 as in RFC 4291 §2.2. Text in any other notation is no address.
 * An IPv4-mapped address is the IPv4 address. A zone has no meaning on another host (RFC 4007 §11.2) and is dropped.
 */
export function parseAddress(text: string): IpAddress | undefined {
  const address = parseAsWritten(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** Reads an address, or a range in CIDR notation. RFC 4632 §3.1, RFC 4291 §2.3. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [host = '', prefix, ...rest] = text.split('/');
  // A range with a zone would match the same address on every link.
  const address = host.includes('%') || rest.length > 0 ? undefined : parseAsWritten(host);
  if (address === undefined) return undefined;
  const length = address instanceof ipaddr.IPv4 ? 32 : 128;
  const bits = prefix === undefined ? length : Number(/^\d{1,3}$/.exec(prefix)?.[0]);
  if (!(bits <= length)) return undefined;
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= MAPPED_BITS
    ? { address: address.toIPv4Address(), bits: bits - MAPPED_BITS }
    : { address, bits };
}

/** Reads a variable that lists addresses and ranges. */
export function readAddressRanges(read: EnvironmentReader, name: string): string[] {
  const isRange = (entry: string): boolean => parseAddressRange(entry) !== undefined;
  return read.list(name, isRange, 'IP addresses or CIDR ranges, without a zone');
}

function parseAsWritten(text: string): IpAddress | undefined {
  // The library also reads octal, hexadecimal and shortened IPv4, which others read differently or not at all.
  if (isIP(text) === 0) return undefined;
  const [address = ''] = text.split('%');
  // The library takes ::192.0.2.1 for ::ffff:192.0.2.1.
  return ipaddr.parse(address.replace(/^::(?=\d+\.)/, '0::'));
}
