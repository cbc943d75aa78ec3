import {
  type AddressRange,
  type IpAddress,
  parseAddress,
  parseAddressRange,
} from '../../config/ip-address.js';

export type AddressList = readonly AddressRange[];

/** A list of addresses and CIDR ranges. */
export function addressList(ranges: readonly string[]): AddressList {
  return ranges.map((text) => {
    const range = parseAddressRange(text);
    if (range === undefined) throw new Error('A list of addresses has an entry that is no address or range.');
    return range;
  });
}

/** Whether the address is in the list; text that is no address is in no list. */
export function isListed(list: AddressList, address: string | IpAddress | undefined): boolean {
  const parsed = typeof address === 'string' ? parseAddress(address) : address;
  if (parsed === undefined) return false;
  return list.some(
    (range) => range.address.kind() === parsed.kind() && parsed.match(range.address, range.bits),
  );
}
