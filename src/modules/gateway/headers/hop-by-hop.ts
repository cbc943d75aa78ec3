import { type NameTest, type RawHeaders, anyOf, canonicalName, fieldsOf } from './field-name.js';

/**
 * What concerns one connection and not the message: RFC 9110 §7.6.1, and what history added. `Expect` is answered by
 * whoever receives it, trailers are not forwarded, and framing is each connection's own, so `Content-Length` is here
 * under every spelling; who forwards a body states its length anew.
 */
export const HOP_BY_HOP = anyOf(
  'connection',
  'keep-alive',
  'proxy-*',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'content-length',
);

/** @returns a test for the fields that end with this connection: the fixed ones, and those its `Connection` names */
export function hopByHop(rawHeaders: RawHeaders): NameTest {
  const named = new Set<string>();
  for (const [name, value] of fieldsOf(rawHeaders)) {
    if (canonicalName(name) !== 'connection') continue;
    for (const option of value.split(',')) named.add(canonicalName(option.trim()));
  }
  return (name) => HOP_BY_HOP(name) || named.has(name);
}
