import { randomUUID } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

const ACCEPTABLE = /^[A-Za-z0-9._-]{8,128}$/;

/** Names each request: with a trusted proxy's X-Request-Id where there is one, otherwise at random. */
export function requestId(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const trusted = addressList(trustedProxies);
  return (request) => {
    const given = request.headers['x-request-id'];
    const peer = request.socket.remoteAddress ?? '';
    if (typeof given === 'string' && ACCEPTABLE.test(given) && isListed(trusted, peer)) return given;
    return randomUUID();
  };
}

/** A list of addresses and CIDR ranges to ask. */
export function addressList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

export function isListed(list: BlockList, address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
}
