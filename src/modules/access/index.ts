export { AccessModule, AccessTokensModule, AssertionsModule } from './access.module.js';
export { AccessTokenVerifier } from './access-token-verifier.js';
export { bearerToken } from './bearer-token.js';
export { RemoteJwks } from './assertions/remote-jwks.js';
export type { ModulesByRole } from './http/assertion-audiences.js';
export { AssertionAuthentication } from './http/assertion-authentication.js';
export { MAX_DECISION_AGE_MS, RouteAccess } from './http/route-access.js';
export { BearerAuthentication } from './http/bearer-authentication.js';
export { CallerAuthentication } from './http/caller-authentication.js';
export { checkScopes } from './scopes-check.js';
export { OpaqueAccessTokens } from './opaque-access-tokens.js';
export { SubjectStatus, GrantSubjectStatus } from './subject-status.js';
export { type IssuedToken, type LiveGrant, TokenStatus } from './token-status.js';
export { VerificationKeys, type VerificationKey } from './verification-keys.js';
export { CurrentToken } from './http/current-token.js';
export {
  AuthenticatesClient,
  type DeclaredAccess,
  Public,
  RequireForwardAuthProxy,
  RequireInternalCaller,
  RequireScopes,
  declaredAccessOf,
} from './http/declared-access.js';
