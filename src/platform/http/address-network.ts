import ipaddr from 'ipaddr.js';
import { type IpAddress, parseAddress } from '../../config/ip-address.js';
import { addressList, isListed } from './address-list.js';

/** The network of one IPv6 host, which picks the other bits as it likes: RFC 8981. */
const NETWORK_BITS = 64;

/** IPv6 addresses that have an IPv4 address at a fixed byte. */
const EMBEDDINGS = [
  // IPv4-translated, RFC 2765 §2.1.
  { range: addressList(['::ffff:0:0:0/96']), at: 12 },
  // NAT64, RFC 6052 §2.1.
  { range: addressList(['64:ff9b::/96']), at: 12 },
  // 6to4, RFC 3056 §2.
  { range: addressList(['2002::/16']), at: 2 },
];

/** NAT64 within one network, RFC 8215: below it an operator picks a prefix of any length that RFC 6052 §2.2 has. */
const LOCAL_NAT64 = addressList(['64:ff9b:1::/48']);

/** Where the IPv4 address of such a prefix is, shorter prefixes first: byte 8 is none of it, what follows it is zero. */
const LOCAL_EMBEDDINGS = [
  [6, 7, 9, 10],
  [7, 9, 10, 11],
  [9, 10, 11, 12],
];

/**
 * What of an address tells callers apart: IPv4 whole, also where it is translated to IPv6, and of IPv6 the 64 bits of the
 * network. Text that is no address is its own network.
 */
export function networkOf(ip: string): string {
  const address = parseAddress(ip);
  if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? ip;
  const bytes = address.toByteArray();
  const embedded = embeddedIn(address, bytes);
  if (embedded !== undefined) return embedded.join('.');
  const network = [...bytes.slice(0, NETWORK_BITS / 8), ...Array<number>(8).fill(0)];
  return `${ipaddr.fromByteArray(network).toString()}/${NETWORK_BITS}`;
}

function embeddedIn(address: IpAddress, bytes: readonly number[]): number[] | undefined {
  const at = EMBEDDINGS.find(({ range }) => isListed(range, address))?.at;
  if (at !== undefined) return bytes.slice(at, at + 4);
  return isListed(LOCAL_NAT64, address) ? embeddedLocally(bytes) : undefined;
}

/** The suffix is zero in addresses of hosts, and the last byte of an IPv4 host is not: no two lengths fit one address. */
function embeddedLocally(bytes: readonly number[]): number[] {
  const isZeroFrom = (at: number): boolean => bytes.slice(at).every((byte) => byte === 0);
  const positions = LOCAL_EMBEDDINGS.find((places) => bytes[8] === 0 && isZeroFrom(places[3]! + 1));
  return positions?.map((position) => bytes[position]!) ?? bytes.slice(12);
}
