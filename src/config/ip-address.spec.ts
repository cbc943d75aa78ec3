import { describe, expect, it } from 'vitest';
import { parseAddress, parseAddressRange } from './ip-address.js';

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['::192.0.2.1', '::c000:201'],
    ['fe80::1%eth0', 'fe80::1'],
    ['fe80::1%1', 'fe80::1'],
    ['::', '::'],
  ])('written %s is %s', (text, canonical) => expect(parseAddress(text)?.toString()).toBe(canonical));

  it.each([
    ...[
      '',
      ' ',
      'unknown',
      '_hidden',
      'localhost',
      'example.com',
      '192.0.2.1:80',
      '[2001:db8::1]',
      '"192.0.2.1"',
    ],
    ...['192.0.2.1 ', '192.0.2.1\n', '192.0.2.1/32', '192.0.2.256', '192.0.2', '1.2.3.4.5', '1.2.3.4%eth0'],
    // IPv4 as inet_aton reads it: octal, hexadecimal, shortened.
    ...['0300.0.2.1', '192.0.02.1', '0xc0.0.2.1', '0xc0000201', '3221225985', '192.513', '::ffff:0300.0.2.1'],
    ...['2001:db8:::1', '1::2::3', '2001:db8', '12345::1', '::ffff:192.0.2', 'fe80::1%', '１９２.0.2.1'],
  ])('is not %j', (text) => expect(parseAddress(text)).toBeUndefined());
});

describe('a range of addresses', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7/32'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::1', '::1/128'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:192.0.2.7', '192.0.2.7/32'],
    ['::/0', '::/0'],
  ])('written %s is %s', (text, canonical) => {
    const { address, bits } = parseAddressRange(text)!;
    expect(`${address.toString()}/${bits}`).toBe(canonical);
  });

  it.each([
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '::1/129',
    '::1/x',
  ])('is not %j', (text) => expect(parseAddressRange(text)).toBeUndefined());

  it('names no zone: the same address is another host on another link', () => {
    expect(parseAddressRange('fe80::1%eth0')).toBeUndefined();
    expect(parseAddressRange('fe80::%eth0/10')).toBeUndefined();
  });
});
