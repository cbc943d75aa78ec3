import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addressList } from './address-list.js';
import { clientAddress } from './client-address.js';

const TRUSTED = addressList(['127.0.0.1', '10.0.0.0/8', '2001:db8:ff::/48']);
const PROXY = '127.0.0.1';

/** The address of a client, as a peer and the header say. */
function addressOf(forwardedFor: string | undefined, peer: string | undefined = PROXY): string {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: peer });
  const request = new IncomingMessage(socket);
  if (forwardedFor !== undefined) request.headers['x-forwarded-for'] = forwardedFor;
  return clientAddress(request, TRUSTED);
}

describe('the address of a client', () => {
  it.each([
    ['as Azure Application Gateway writes it', '203.0.113.7:51234', '203.0.113.7'],
    ['in brackets with a port', '[2001:db8::1]:443', '2001:db8::1'],
    ['in brackets', '[2001:DB8::1]', '2001:db8::1'],
    ['as RFC 7239 quotes it', '"[2001:db8::1]:443"', '2001:db8::1'],
    ['in quotes', '"203.0.113.7"', '203.0.113.7'],
    ['with an obfuscated port', '203.0.113.7:_a-1', '203.0.113.7'],
    ['mapped to IPv6', '::ffff:203.0.113.7', '203.0.113.7'],
    ['mapped to IPv6, with a port', '[::ffff:203.0.113.7]:443', '203.0.113.7'],
    ['mapped to IPv6, in groups', '::ffff:cb00:7107', '203.0.113.7'],
    ['in long notation', '2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['with a zone', 'fe80::1%eth0', 'fe80::1'],
    ['in white space', ' \t203.0.113.7 ', '203.0.113.7'],
  ])('that a trusted proxy reports %s is the address alone', (_, entry, address) => {
    expect(addressOf(entry)).toBe(address);
  });

  it.each([
    ...[
      'unknown',
      '_hidden',
      'localhost',
      '-',
      '<script>',
      "' OR 1=1",
      '\u0000',
      '203.0.113',
      '203.0.113.7.9',
    ],
    ...[
      '0313.0.113.7',
      '203.0.0161.7',
      '0xcb.0.0x71.7',
      '0xcb007107',
      '3405803783',
      '203.28935',
      '203.0.113.07',
    ],
    ...['203.0.113.7:', '203.0.113.7:http', '203.0.113.7:123456', '203.0.113.7:80:80', '[203.0.113.7]:80'],
    ...[
      '[2001:db8::1',
      '2001:db8::1]',
      '[2001:db8::1]443',
      '[]:80',
      '"203.0.113.7',
      '""203.0.113.7""',
      'for=203.0.113.7',
    ],
    ...['203.0.113.7 203.0.113.8', '203.0.113.7/32', 'http://203.0.113.7', '203.0.113.7%eth0', '', ' '],
  ])('is the peer’s where a trusted proxy reports %j, which is no address', (entry) => {
    expect(addressOf(entry)).toBe(PROXY);
    expect(addressOf(`198.51.100.1, ${entry}`)).toBe(PROXY);
    expect(addressOf(`198.51.100.1, ${entry}, 10.1.2.3`)).toBe('10.1.2.3');
  });

  it.each([
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['198.51.100.1,203.0.113.7:5000,10.1.2.3:6000', '203.0.113.7'],
    ['unknown, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['203.0.113.7, ::ffff:10.1.2.3, [2001:db8:ff::9]:1234', '203.0.113.7'],
    ['10.9.9.9, 10.1.2.3', '10.9.9.9'],
    [', 203.0.113.7', '203.0.113.7'],
    ['203.0.113.7,', PROXY],
  ])('of %j is the last that no trusted proxy has: %s', (list, address) => {
    expect(addressOf(list)).toBe(address);
  });

  it('is the peer’s whatever a peer that is not trusted says', () => {
    expect(addressOf('203.0.113.7', '192.0.2.1')).toBe('192.0.2.1');
    expect(addressOf('203.0.113.7', '::ffff:192.0.2.1')).toBe('192.0.2.1');
  });

  it('is trusted or not whatever its notation', () => {
    expect(addressOf('203.0.113.7', '::ffff:10.1.2.3')).toBe('203.0.113.7');
    expect(addressOf('203.0.113.7', '::127.0.0.1')).toBe('::7f00:1');
  });

  it('of a peer without a header is the peer’s, and of one that is gone the unspecified address', () => {
    expect(addressOf(undefined)).toBe(PROXY);
    const request = new IncomingMessage(new Socket());
    request.headers['x-forwarded-for'] = '203.0.113.7';
    expect(clientAddress(request, addressList(['::/0', '0.0.0.0/0']))).toBe('::');
  });

  it('is found however long the list is', () => {
    const list = Array.from({ length: 7_000 }, () => '10.0.0.1').join(',');
    expect(addressOf(`203.0.113.7,${list}`)).toBe('203.0.113.7');
  });
});
