import type { Persistence } from '../../platform/database/data-source.js';
import { GrantEntity } from './persistence/grant.entity.js';
import { Tokens1763769600001 } from './persistence/migrations/1763769600001-tokens.js';
import { DetailsAndOpaqueTokens1764028800001 } from './persistence/migrations/1764028800001-details-and-opaque-tokens.js';
import { RotationOrigin1764583200047 } from './persistence/migrations/1764583200047-rotation-origin.js';
import { SessionSearch1764583218032 } from './persistence/migrations/1764583218032-session-search.js';
import { SigningKeyStates1764669600060 } from './persistence/migrations/1764669600060-signing-key-states.js';
import { OpaqueAccessTokenEntity } from './persistence/opaque-access-token.entity.js';
import { RefreshTokenEntity } from './persistence/refresh-token.entity.js';
import { RevokedAccessTokenEntity } from './persistence/revoked-access-token.entity.js';
import { SigningKeyEntity } from './persistence/signing-key.entity.js';

export { IdentityAssertionIssuer } from './assertions/identity-assertion-issuer.js';
export { AccessTokenIssuer } from './access-tokens/access-token-issuer.js';
export type { Grant, GrantEnd } from './grants/grant.js';
export type { GrantLifetimes } from './grants/grant-lifetimes.js';
export { GrantRegistry, type SignIn } from './grants/grant-registry.js';
export { RefreshTokenRotation } from './grants/refresh-token-rotation.js';
export type { RefreshOrigin, RefreshTokenState } from './grants/refresh-token-state.js';
export { GrantOpaqueAccessTokens } from './grant-opaque-access-tokens.js';
export type { StoredSigningKey } from './signing-keys/signing-key.js';
export { SigningKeyRing } from './signing-keys/signing-key-ring.js';
export { storedKeyMistakes } from './signing-keys/stored-key-mistakes.js';
export { GrantTokenStatus } from './grant-token-status.js';
export { TokensModule } from './tokens.module.js';

export const tokensPersistence: Persistence = {
  entities: [
    GrantEntity,
    OpaqueAccessTokenEntity,
    RefreshTokenEntity,
    RevokedAccessTokenEntity,
    SigningKeyEntity,
  ],
  migrations: [
    Tokens1763769600001,
    DetailsAndOpaqueTokens1764028800001,
    RotationOrigin1764583200047,
    SessionSearch1764583218032,
    SigningKeyStates1764669600060,
  ],
};
