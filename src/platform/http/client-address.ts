import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import { isListed } from './address-list.js';

/**
 * The address a request comes from, as far as trusted proxies say it: from the right, X-Forwarded-For counts while each
 * address that names the next is a trusted one. For what has no Fastify request; there, `request.ip` says the same.
 */
export function clientAddress({ socket, headersDistinct }: IncomingMessage, trusted: BlockList): string {
  const named = (headersDistinct['x-forwarded-for'] ?? []).join(',').split(',');
  let address = socket.remoteAddress ?? '';
  while (named.length > 0 && isListed(trusted, address)) {
    const next = named.pop()!.trim();
    if (isIP(next) === 0) break;
    address = next;
  }
  return address;
}
