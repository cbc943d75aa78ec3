import { isIP } from 'node:net';

/** Whether the text is an IP address or a CIDR range. RFC 4632 §3.1, RFC 4291 §2.3. */
export function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}
