import { CLIENT_CREDENTIAL } from '../../../protocol/characters.js';
import { type Form, decodeComponent } from '../../../protocol/form.js';
import type { ClientAuthenticationMethod } from '../../../protocol/grant-types.js';
import { InvalidClient, InvalidRequest } from '../../../protocol/oauth-error.js';

/** Longer than any secret this server makes or accepts. */
const MOST_CHARACTERS = 1024;

/** What a client says of itself, not yet believed. */
export interface PresentedCredentials {
  clientId: string;
  secret: string | undefined;
  method: ClientAuthenticationMethod;
  /** Whether the Authorization header was used. */
  triedBasic: boolean;
}

/**
 * Reads client credentials from the Authorization header or the form: one method a request. RFC 6749 §2.3.
 * @param authorizations the values of every Authorization header
 * @throws InvalidRequest for several methods or a contradicting client_id
 * @throws InvalidClient when there are none, or none that can be read
 */
export function presentedCredentials(authorizations: readonly string[], form: Form): PresentedCredentials {
  const bodyId = form.get('client_id');
  const bodySecret = form.get('client_secret');
  const assertion = form.get('client_assertion') ?? form.get('client_assertion_type');
  if (authorizations.length > 1) throw new InvalidRequest('There is more than one Authorization header.');
  const methods = [authorizations[0], bodySecret, assertion].filter((value) => value !== undefined);
  if (methods.length > 1) {
    throw new InvalidRequest('The client used more than one authentication method.');
  }
  if (authorizations[0] !== undefined) {
    const basic = readBasic(authorizations[0]);
    if (bodyId !== undefined && bodyId !== basic.clientId) {
      throw new InvalidRequest('The client_id in the body is not the one that authenticated.');
    }
    return basic;
  }
  if (assertion !== undefined) throw new InvalidClient(false, 'client assertions are not supported');
  if (bodyId === undefined) throw new InvalidClient(false, 'no client credentials');
  return checked({
    clientId: bodyId,
    secret: bodySecret,
    method: bodySecret === undefined ? 'none' : 'client_secret_post',
    triedBasic: false,
  });
}

/** RFC 7617 §2 with the form-encoding of RFC 6749 §2.3.1 inside. */
function readBasic(authorization: string): PresentedCredentials {
  const [, scheme, encoded] = /^([A-Za-z]+) ([A-Za-z0-9+/]+={0,2})$/.exec(authorization) ?? [];
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) {
    throw new InvalidClient(
      /^basic\b/i.test(authorization),
      'the Authorization header holds no Basic credentials',
    );
  }
  const bytes = Buffer.from(encoded, 'base64');
  // Decoders differ on left-over bits and missing padding; only what they all read alike counts.
  const isCanonical = bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '');
  const pair = bytes.toString('latin1');
  const colon = pair.indexOf(':');
  if (!isCanonical || colon < 0) throw new InvalidClient(true, 'malformed Basic credentials');
  const clientId = decode(pair.slice(0, colon));
  const secret = decode(pair.slice(colon + 1));
  // RFC 6749 §2.3.1 permits omitting an empty secret, so an empty secret counts as absent.
  return checked(
    secret === ''
      ? { clientId, secret: undefined, method: 'none', triedBasic: true }
      : { clientId, secret, method: 'client_secret_basic', triedBasic: true },
  );
}

function decode(text: string): string {
  try {
    return decodeComponent(text);
  } catch {
    throw new InvalidClient(true, 'Basic credentials that are not form-encoded');
  }
}

function checked(credentials: PresentedCredentials): PresentedCredentials {
  const { clientId, secret, triedBasic } = credentials;
  for (const value of secret === undefined ? [clientId] : [clientId, secret]) {
    if (value.length > MOST_CHARACTERS || !CLIENT_CREDENTIAL.test(value)) {
      throw new InvalidClient(triedBasic, 'characters that no client credential has');
    }
  }
  return credentials;
}
