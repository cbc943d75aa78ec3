import type { AccessTokenFormat } from '../../../protocol/access-token.js';
import { objectionToClientId } from '../../../protocol/client-id.js';
import type { ClientAuthenticationMethod, GrantType } from '../../../protocol/grant-types.js';
import type { SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import { InvalidInput } from '../../../protocol/problem.js';
import { holderOf } from '../../../protocol/scopes.js';
import type { ConfiguredDetail } from '../../../protocol/user-details.js';
import type { Client } from '../client.js';

/** What an administrator may say of a client; what is left out keeps its value, or gets the default at creation. */
export interface ClientRegistration {
  name?: string;
  status?: 'active' | 'disabled';
  firstParty?: boolean;
  authenticationMethod?: ClientAuthenticationMethod | null;
  grantTypes?: readonly GrantType[];
  scope?: readonly string[];
  defaultScope?: readonly string[];
  audiences?: readonly string[];
  allowedOrigins?: readonly string[];
  userDetails?: readonly ConfiguredDetail[];
  accessTokenFormat?: AccessTokenFormat;
  signingAlgorithm?: SigningAlgorithm;
  accessTokenTtl?: number | null;
  refreshTokenTtl?: number | null;
  grantTtl?: number | null;
  refreshLeeway?: number | null;
}

const DEFAULTS: Omit<Client, 'clientId' | 'name' | 'createdAt' | 'updatedAt'> = {
  status: 'active',
  firstParty: false,
  authenticationMethod: null,
  grantTypes: ['client_credentials'],
  scope: [],
  defaultScope: [],
  audiences: [],
  allowedOrigins: [],
  userDetails: [],
  accessTokenFormat: 'jwt',
  signingAlgorithm: 'ES256',
  accessTokenTtl: null,
  refreshTokenTtl: null,
  grantTtl: null,
  refreshLeeway: null,
};

/** @throws InvalidInput when the registration contradicts itself */
export function newClient(
  clientId: string,
  registration: ClientRegistration & { name: string },
  now: Date,
): Client {
  const objection = objectionToClientId(clientId);
  if (objection !== undefined) throw InvalidInput.member('client_id', objection);
  const { scope = [], defaultScope = scope.filter((name) => holderOf(name) !== 'administrator') } =
    registration;
  return changedClient(
    { ...DEFAULTS, clientId, name: registration.name, createdAt: now, updatedAt: now },
    { ...registration, defaultScope },
    now,
  );
}

/**
 * What is not named stays, but for a default that a narrower scope no longer holds.
 * @throws InvalidInput when the outcome contradicts itself
 */
export function changedClient(client: Client, change: ClientRegistration, now: Date): Client {
  const said = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const changed: Client = { ...client, ...said, updatedAt: now };
  changed.defaultScope =
    change.defaultScope ?? client.defaultScope.filter((name) => changed.scope.includes(name));
  refuseContradictions(changed);
  return changed;
}

function refuseContradictions(client: Client): void {
  const { grantTypes, firstParty, authenticationMethod, scope, defaultScope, userDetails } = client;
  if (new Set(grantTypes).size < grantTypes.length) {
    throw InvalidInput.member('grant_types', 'must not repeat a grant type');
  }
  if (grantTypes.includes('password') && !firstParty) {
    throw InvalidInput.member(
      'grant_types',
      'password is only for a client with first_party: true (RFC 9700 section 2.4)',
    );
  }
  if (grantTypes.includes('client_credentials') && authenticationMethod === 'none') {
    throw InvalidInput.member(
      'grant_types',
      'client_credentials needs a client that authenticates (RFC 6749 section 4.4)',
    );
  }
  if (!defaultScope.every((name) => scope.includes(name))) {
    throw InvalidInput.member('default_scope', 'must lie within scope');
  }
  if (defaultScope.some((name) => holderOf(name) === 'administrator')) {
    throw InvalidInput.member('default_scope', 'must not hold an administration scope');
  }
  if (new Set(userDetails.map(({ name }) => name)).size < userDetails.length) {
    throw InvalidInput.member('user_details', 'must not repeat a name');
  }
}
