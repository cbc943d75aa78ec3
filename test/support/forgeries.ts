import { type KeyObject, constants, generateKeyPairSync, sign } from 'node:crypto';
import { type DecodedJwt, decodeJwt, encode, macedWith, signedWith, signingInput, unsigned } from './jwt.js';

/** Named forgeries of a signed token, to be presented where the genuine one is taken. */
export type Forgeries = Record<string, string>;

export interface IssuerKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
  kid: string;
}

/** The keys that an issuer really signs with: ES256 and RS256. */
export interface IssuerKeys {
  ec: IssuerKey;
  rsa: IssuerKey;
}

/** Every spelling of no algorithm, with no signature, a dot, and that of the genuine token. RFC 8725 §3.1. */
export function withoutAlgorithm({ header, claims, signature }: DecodedJwt): Forgeries {
  const algorithms = ['none', 'None', 'nOnE', 'NONE', '', null, undefined, ['ES256'], 0, {}];
  return Object.fromEntries(
    algorithms.flatMap((alg) =>
      ['', '.', signature.toString('base64url')].map((ending) => [
        `${JSON.stringify(alg)} with "${ending.slice(0, 3)}"`,
        unsigned({ ...header, alg }, claims, ending),
      ]),
    ),
  );
}

/**
 * An HMAC keyed with anything public, and with nothing. RFC 8725 §3.1.
 * @param published the issuer's key set as it is served
 */
export function macedWithWhatIsPublic(
  { header, claims }: DecodedJwt,
  { ec, rsa }: IssuerKeys,
  published: readonly { kid: string }[],
): Forgeries {
  const forgeries: Forgeries = {};
  for (const key of [ec, rsa]) {
    const served = published.find(({ kid }) => kid === key.kid);
    for (const [name, secret] of Object.entries(publicForms(key, served))) {
      const spellings =
        typeof secret === 'string' ? [secret, secret.trim(), `${secret}\n`, ` ${secret}`] : [secret];
      for (const [at, spelling] of spellings.entries()) {
        for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
          const forgery = macedWith(spelling, algorithm, { ...header, kid: key.kid }, claims);
          forgeries[`${algorithm} ${name} of ${key.kid}, spelling ${at}`] = forgery;
        }
      }
    }
  }
  return forgeries;
}

function publicForms(
  { publicKey, kid }: IssuerKey,
  served: object | undefined,
): Record<string, string | Buffer> {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return {
    'SPKI PEM': publicKey.export({ format: 'pem', type: 'spki' }),
    'SPKI DER': der,
    'JWK as served': JSON.stringify(served),
    'base64 of the DER, as in x5c': der.toString('base64'),
    'the kid': kid,
    'an empty secret': '',
    ...(publicKey.asymmetricKeyType === 'rsa'
      ? {
          'PKCS #1 PEM': publicKey.export({ format: 'pem', type: 'pkcs1' }),
          'PKCS #1 DER': publicKey.export({ format: 'der', type: 'pkcs1' }),
        }
      : {}),
  };
}

/** A key used with another algorithm than its own. RFC 8725 §3.1. */
export function withAnotherAlgorithm({ header, claims }: DecodedJwt, { ec, rsa }: IssuerKeys): Forgeries {
  const withHeader = (changes: object, key: KeyObject, digest = 'sha256', pss = false): string => {
    const input = signingInput({ ...header, ...changes }, claims);
    const options = pss
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { key, dsaEncoding: 'ieee-p1363' as const };
    return `${input}.${sign(digest, Buffer.from(input), options).toString('base64url')}`;
  };
  const anotherCurve = (namedCurve: string): KeyObject =>
    generateKeyPairSync('ec', { namedCurve }).privateKey;
  return {
    'the RS256 key with PS256': withHeader({ alg: 'PS256', kid: rsa.kid }, rsa.privateKey, 'sha256', true),
    'a PSS signature called RS256': withHeader(
      { alg: 'RS256', kid: rsa.kid },
      rsa.privateKey,
      'sha256',
      true,
    ),
    'the RS256 key with RS512': withHeader({ alg: 'RS512', kid: rsa.kid }, rsa.privateKey, 'sha512'),
    'the RS256 key called ES256': withHeader({ alg: 'ES256', kid: rsa.kid }, rsa.privateKey),
    'the ES256 key called RS256': withHeader({ alg: 'RS256', kid: ec.kid }, ec.privateKey),
    'the ES256 key with ES384': withHeader({ alg: 'ES384' }, ec.privateKey, 'sha384'),
    'the RS256 key under the kid of the other': withHeader({ alg: 'RS256' }, rsa.privateKey),
    'a P-384 key with ES256': withHeader({}, anotherCurve('P-384')),
    ES256K: withHeader({ alg: 'ES256K' }, anotherCurve('secp256k1')),
    'a lower-case name': withHeader({ alg: 'es256' }, ec.privateKey),
  };
}

/**
 * Signatures that were moved, changed, shortened, zeroed or encoded otherwise. RFC 8725 §3.3.
 * @param other another genuine token, signed by the same key
 */
export function withBrokenSignatures(token: string, other: string, { ec }: IssuerKeys): Forgeries {
  const [header, claims] = token.split('.');
  const genuine = decodeJwt(token);
  const withSignature = (bytes: Buffer): string => `${header}.${claims}.${bytes.toString('base64url')}`;
  const signature = genuine.signature.toString('base64url');
  const flipped = Buffer.from(genuine.signature);
  flipped[20]! ^= 1;
  return {
    'the signature of another token': `${header}.${claims}.${other.split('.')[2]}`,
    'one bit flipped': withSignature(flipped),
    truncated: withSignature(genuine.signature.subarray(0, 63)),
    lengthened: withSignature(Buffer.concat([genuine.signature, Buffer.alloc(1)])),
    'r and s zero': withSignature(Buffer.alloc(64)),
    'r and s all ones': withSignature(Buffer.alloc(64, 0xff)),
    'DER instead of r and s': withSignature(
      sign('sha256', Buffer.from(`${header}.${claims}`), ec.privateKey),
    ),
    'claims changed after signing': `${header}.${encode({ ...genuine.claims, sub: 'someone-else' })}.${signature}`,
    'header changed after signing': `${encode({ ...genuine.header, typ: `application/${genuine.header.typ}` })}.${claims}.${signature}`,
  };
}

/** A key of another environment under the issuer's own kid, and kids that name none. RFC 8725 §3.8. */
export function withAnotherKey({ header, claims }: DecodedJwt, { ec, rsa }: IssuerKeys): Forgeries {
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const signed = (changes: object, key = ec.privateKey): string =>
    signedWith(key, { ...header, ...changes }, claims);
  return {
    'the same kid': signed({}, foreign),
    'an unknown kid': signed({ kid: 'key-of-staging' }, foreign),
    'an unknown kid under a good signature': signed({ kid: 'key-of-staging' }),
    'the kid of the other key': signed({ kid: rsa.kid }),
    'no kid': signed({ kid: undefined }),
    'an empty kid': signed({ kid: '' }),
    'a kid that is no string': signed({ kid: [ec.kid] }),
    'a kid on an object’s prototype': signed({ kid: '__proto__' }),
    'a kid that is a file': signed({ kid: '../../../../dev/null' }),
    'a kid that is a statement': signed({ kid: `' OR kid = '${ec.kid}` }),
  };
}

/** Members of the header that ask for a meaning, under a good signature. RFC 7515 §4.1.11, RFC 7797. */
export function withHeaderMembers({ header, claims }: DecodedJwt, { ec }: IssuerKeys): Forgeries {
  const members = [
    ...[{ crit: ['exp'] }, { crit: ['b64'], b64: false }, { crit: [] }, { crit: 'x' }, { crit: null }],
    ...[{ b64: false }, { cty: 'JWT' }, { zip: 'DEF' }, { enc: 'A256GCM' }, { nonce: 'n' }, { x5t: 'x' }],
  ];
  return Object.fromEntries(
    members.map((member) => [
      JSON.stringify(member),
      signedWith(ec.privateKey, { ...header, ...member }, claims),
    ]),
  );
}

/** The order of P-256. SEC 2 §2.4.2. */
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** The other valid ECDSA signature over the same bytes by the same key: (r, n − s). */
export function twinOf(token: string): string {
  const [header, claims] = token.split('.');
  const { signature } = decodeJwt(token);
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const twin = (ORDER - s).toString(16).padStart(64, '0');
  const bytes = Buffer.concat([signature.subarray(0, 32), Buffer.from(twin, 'hex')]);
  return `${header}.${claims}.${bytes.toString('base64url')}`;
}
