import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type IpAddress, parseAddress } from '../../config/ip-address.js';
import { type AddressList, addressList, isListed } from './address-list.js';

/** The unspecified address "indicates the absence of an address", RFC 4291 §2.5.2: of a peer that is gone already. */
const ABSENT = '::';

/** A node of RFC 7239 §6: an address, IPv6 in brackets, and perhaps a port, which may be obfuscated. */
const NODE = /^(?:\[(?<ipv6>[^\]]*:[^\]]*)\]|(?<ipv4>[\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/;

/** The addresses of clients in canonical text. Each is read once: a connection that closes takes its address along. */
export class ClientAddresses {
  private readonly trusted: AddressList;
  private readonly known = new WeakMap<IncomingMessage, string>();

  constructor(trustedProxies: readonly string[]) {
    this.trusted = addressList(trustedProxies);
  }

  /** Of what Node's parser gave up before there was a request. */
  ofPeer(socket: Socket): string {
    return clientAddress({ socket, headers: {} }, this.trusted);
  }

  of(request: IncomingMessage): string {
    const address = this.known.get(request) ?? clientAddress(request, this.trusted);
    this.known.set(request, address);
    return address;
  }
}

/** Makes `request.ip` the address of the client. Register it before any hook that reads it. */
export function registerClientAddress(fastify: FastifyInstance, addresses: ClientAddresses): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    // Fastify's own getter returns the text of the header, and does not stop at text that is not an address.
    Object.defineProperty(request, 'ip', { value: addresses.of(request.raw), configurable: true });
    done();
  });
}

/**
 * The address of the client: the last one in X-Forwarded-For that is not a trusted proxy. From the right, each entry
 * was written by the hop before it, so it counts if that hop is trusted. A hop whose entry is no address (text,
 * `unknown`, an empty one) counts as the client itself.
 */
export function clientAddress(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  trusted: AddressList,
): string {
  let address = parseAddress(socket.remoteAddress ?? '');
  if (address === undefined) return ABSENT;
  for (const entry of entriesFromTheRight(headers['x-forwarded-for'])) {
    if (!isListed(trusted, address)) break;
    const reported = addressOfNode(entry);
    if (reported === undefined) break;
    address = reported;
  }
  return address.toString();
}

/** One by one, because a client chooses how many there are. Node joins the values of several header lines by commas. */
function* entriesFromTheRight(header: string | string[] | undefined): Generator<string> {
  if (header === undefined) return;
  const list = String(header);
  for (let end = list.length; end >= 0;) {
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1);
    yield list.slice(comma + 1, end).trim();
    end = comma;
  }
}

function addressOfNode(entry: string): IpAddress | undefined {
  // RFC 7239 §4 quotes what has a colon.
  const node = /^"(.*)"$/.exec(entry)?.[1] ?? entry;
  const { ipv4, ipv6 } = NODE.exec(node)?.groups ?? {};
  return parseAddress(ipv6 ?? ipv4 ?? node);
}
