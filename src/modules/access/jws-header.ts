import { InvalidToken } from '../../protocol/bearer-error.js';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../protocol/signing-algorithms.js';

/**
 * Above any token this server issues (its longest scope, 4096 bytes of user details and an RS256 signature make some
 * ten thousand characters), and small enough to refuse before any work.
 */
const MAX_CHARACTERS = 12_288;

/** Everything that this issuer's headers have; whatever else asks for a meaning is refused. */
const HEADER_MEMBERS = new Set(['typ', 'alg', 'kid']);

export interface SignedTokenHeader {
  algorithm: SigningAlgorithm;
  kid: string;
}

/**
 * Reads the header of a compact JWS before any key is looked up. RFC 7515 §5.2, RFC 8725 §3.1 and §3.11.
 *
 * Key references inside the token (`jku`, `jwk`, `x5u`, `x5c`), `crit` and any other extension are refused unread:
 * the verifier and not the token says which key and which algorithm count.
 * @param type the expected `typ`, with or without `application/` (RFC 7515 §4.1.9)
 * @throws InvalidToken
 */
export function readSignedTokenHeader(token: string, type: string): SignedTokenHeader {
  if (token.length > MAX_CHARACTERS) throw new InvalidToken('the token is too long');
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every(isCanonicalBase64url)) throw new InvalidToken('not a compact JWS');
  const header = parseObject(Buffer.from(parts[0]!, 'base64url').toString('utf8'));
  if (header === undefined || !Object.keys(header).every((name) => HEADER_MEMBERS.has(name))) {
    throw new InvalidToken('the header has members that are not ours');
  }
  const { typ, alg, kid } = header;
  if (typ !== type && typ !== `application/${type}`) throw new InvalidToken(`not ${type} by its type`);
  if (!(SIGNING_ALGORITHMS as readonly unknown[]).includes(alg)) throw new InvalidToken('unknown algorithm');
  if (typeof kid !== 'string' || kid === '') throw new InvalidToken('no key id');
  return { algorithm: alg as SigningAlgorithm, kid };
}

/** Whether decoding loses nothing: unused trailing bits would give one signature several spellings. */
function isCanonicalBase64url(text: string): boolean {
  return text !== '' && Buffer.from(text, 'base64url').toString('base64url') === text;
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
