import { describe, expect, it } from 'vitest';
import type { ClientAuthenticationMethod } from '../../../protocol/grant-types.js';
import { InvalidClient, InvalidRequest } from '../../../protocol/oauth-error.js';
import { AuthenticationMethodRegistry } from './authentication-method-registry.js';
import type { ClientAuthenticationRequest } from './credential-placement.js';
import { AuthenticationMethod } from './methods/authentication-method.js';
import { ClientSecretBasic } from './methods/client-secret-basic.js';
import { ClientSecretPost } from './methods/client-secret-post.js';
import { NoAuthentication } from './methods/no-authentication.js';
import type { PresentedCredentials } from './presented-credentials.js';

const PRIVATE_KEY_JWT = 'private_key_jwt' as ClientAuthenticationMethod;

/** A method of RFC 7523 §2.2, without its signature. */
class PrivateKeyJwt extends AuthenticationMethod {
  readonly name = PRIVATE_KEY_JWT;
  readonly placement = 'client_assertion';

  read({ form }: ClientAuthenticationRequest): PresentedCredentials {
    const clientId = form.get('client_assertion')!;
    return { clientId, method: this.name, secretHash: null, triedBasic: false };
  }

  verify(): boolean {
    return true;
  }
}

const BUILT_IN = [new ClientSecretBasic(), new ClientSecretPost(), new NoAuthentication()];
const BASIC = `Basic ${Buffer.from('one:secret').toString('base64')}`;

function aRequest(form: Record<string, string>, ...authorizations: string[]): ClientAuthenticationRequest {
  return { authorizations, form: new Map(Object.entries(form)) };
}

describe('the registered authentication methods', () => {
  const registry = new AuthenticationMethodRegistry(BUILT_IN);

  it.each([
    ['client_secret_basic', aRequest({}, BASIC)],
    ['client_secret_basic', aRequest({ client_id: 'one' }, BASIC)],
    ['client_secret_post', aRequest({ client_id: 'one', client_secret: 'secret' })],
    ['none', aRequest({ client_id: 'one' })],
    ['none', aRequest({}, `Basic ${Buffer.from('one:').toString('base64')}`)],
  ])('read the credentials of %s', (method, request) => {
    expect(registry.read(request)).toMatchObject({ clientId: 'one', method });
  });

  it.each([
    ['nothing', aRequest({})],
    ['a secret without an id', aRequest({ client_secret: 'secret' })],
    ['an assertion, which no built-in method reads', aRequest({ client_assertion: 'one' })],
    ['an assertion beside a client_id', aRequest({ client_assertion: 'one', client_id: 'one' })],
  ])('refuse %s as invalid_client', (_, request) => {
    expect(() => registry.read(request)).toThrow(InvalidClient);
  });

  it.each([
    ['two Authorization headers', aRequest({}, BASIC, BASIC)],
    ['two methods', aRequest({ client_secret: 'secret' }, BASIC)],
    ['another client_id in the body', aRequest({ client_id: 'two' }, BASIC)],
  ])('refuse %s as invalid_request', (_, request) => {
    expect(() => registry.read(request)).toThrow(InvalidRequest);
  });

  it('report malformed Basic credentials before a contradicting client_id', () => {
    expect(() => registry.read(aRequest({ client_id: 'two' }, 'Basic !'))).toThrow(InvalidClient);
  });
});

describe('one more authentication method', () => {
  const registry = new AuthenticationMethodRegistry([...BUILT_IN, new PrivateKeyJwt()]);

  it('is served and listed once it is registered', () => {
    expect(registry.read(aRequest({ client_assertion: 'one' }))).toMatchObject({ method: PRIVATE_KEY_JWT });
    expect(registry.names).toEqual(['client_secret_basic', 'client_secret_post', 'none', PRIVATE_KEY_JWT]);
  });

  it('is bound by the rules for every method', () => {
    const withBasic = aRequest({ client_assertion: 'one' }, BASIC);
    const withOtherId = aRequest({ client_assertion: 'one', client_id: 'two' });
    expect(() => registry.read(withBasic)).toThrow(InvalidRequest);
    expect(() => registry.read(withOtherId)).toThrow(InvalidRequest);
  });
});
