import { describe, expect, it } from 'vitest';
import { networkOf } from './address-network.js';

describe('the network that a caller counts as', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::/64'],
    ['2001:db8:0:0:ffff:ffff:ffff:ffff', '2001:db8::/64'],
    ['2001:0DB8:0000:0000::2', '2001:db8::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1::2:3:4:5', '2001:db8:1::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
    ['::', '::/64'],
  ])('of %s is %s', (ip, network) => expect(networkOf(ip)).toBe(network));

  it.each([
    ['NAT64', '64:ff9b::192.0.2.33'],
    ['NAT64 in groups', '64:ff9b::c000:221'],
    ['NAT64 of one network, /48', '64:ff9b:1:c000:2:2100::'],
    ['NAT64 of one network, /56', '64:ff9b:1:aac0:0:221::'],
    ['NAT64 of one network, /64', '64:ff9b:1:aabb:c0:2:2100::'],
    ['NAT64 of one network, /96', '64:ff9b:1:aabb:cc:ddee:192.0.2.33'],
    ['NAT64 of one network, /96 of zeros', '64:ff9b:1::192.0.2.33'],
    ['6to4', '2002:c000:221::1'],
    ['another host of that 6to4 site', '2002:c000:221:ffff:1:2:3:4'],
    ['IPv4-translated', '::ffff:0:192.0.2.33'],
  ])('of an IPv4 address behind %s is that address', (_, ip) => expect(networkOf(ip)).toBe('192.0.2.33'));

  it.each(['64:ff9b:2::192.0.2.33', '2003:c000:221::1', '2001:0:c000:221::1', '64:ff9b::1:192.0.2.33'])(
    'of %s, which has no IPv4 address, is of 64 bits',
    (ip) => expect(networkOf(ip)).toMatch(/\/64$/),
  );
});
