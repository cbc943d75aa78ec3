const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * What of an address tells callers apart: IPv4 whole, also where it is written as IPv6 (RFC 4291 §2.5.5.2), and of IPv6
 * the 64 bits of the network, since a single host picks the other 64 as it likes (RFC 8981).
 */
export function networkOf(ip: string): string {
  const address = ip.replace(/^::ffff:(?=\d+[.])/i, '');
  if (!address.includes(':')) return address;
  const [head, tail] = address.replace(/%.*$/, '').split('::').map(groupsOf);
  const missing = GROUPS - head!.length - (tail?.length ?? 0);
  const groups = [...head!, ...Array<number>(Math.max(0, missing)).fill(0), ...(tail ?? [])];
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** An IPv4 address at the end takes the place of two groups. */
function groupsOf(text: string): number[] {
  return text
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) => (group.includes('.') ? [0, 0] : [Number.parseInt(group, 16)]));
}
