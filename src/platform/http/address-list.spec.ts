import { describe, expect, it } from 'vitest';
import { addressList, isListed } from './address-list.js';

describe('a list of addresses', () => {
  const list = addressList(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']);

  it.each([
    '10.0.0.1',
    '10.255.255.255',
    '192.0.2.7',
    '2001:db8::1',
    '2001:DB8:0:0::1',
    '::1',
    '0:0:0:0:0:0:0:1',
  ])('has %s in it', (address) => expect(isListed(list, address)).toBe(true));

  it.each(['11.0.0.1', '192.0.2.8', '2001:db9::1', '127.0.0.1', '::2'])('has not %s in it', (address) =>
    expect(isListed(list, address)).toBe(false),
  );

  it('knows an IPv4 address that reached an IPv6 socket', () => {
    expect(isListed(list, '::ffff:10.1.2.3')).toBe(true);
    expect(isListed(list, '::FFFF:192.0.2.7')).toBe(true);
    expect(isListed(list, '::ffff:a01:203')).toBe(true);
    expect(isListed(list, '::ffff:11.1.2.3')).toBe(false);
  });

  it.each(['', 'unknown', 'localhost', '10.0.0', '10.0.0.1:80', '::ffff:', '10.0.0.1, 10.0.0.2'])(
    'has nothing in it that is no address: %j',
    (text) => expect(isListed(list, text)).toBe(false),
  );

  it('has nothing in it when nothing was listed', () => {
    expect(isListed(addressList([]), '127.0.0.1')).toBe(false);
  });
});
