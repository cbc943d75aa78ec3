export { AuthModule } from './auth.module.js';
export { RemoteDirectory } from './directory-client/remote-directory.js';
export { ResourceOwnerAuthenticator, type SignInContext } from './resource-owner-authenticator.js';
export { mayHold } from './scopes/scope-policy.js';
