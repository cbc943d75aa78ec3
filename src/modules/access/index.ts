export { AccessModule } from './access.module.js';
export { AccessTokenVerifier } from './access-token-verifier.js';
export { TokenStatus } from './token-status.js';
export { VerificationKeys, type VerificationKey } from './verification-keys.js';
export { CurrentToken } from './http/current-token.js';
export {
  AuthenticatesClient,
  type DeclaredAccess,
  Public,
  RequireScopes,
  declaredAccessOf,
} from './http/declared-access.js';
export { JwtAuthGuard } from './http/jwt-auth.guard.js';
