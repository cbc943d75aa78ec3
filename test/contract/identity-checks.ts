import type { Check } from './check.js';
import { DESCRIPTION } from './checks/description.js';
import { INTERNAL_SECRET } from './checks/internal-secret.js';
import { MALFORMED } from './checks/malformed.js';
import { REFUSAL } from './checks/refusal.js';
import { SIGN_IN } from './checks/sign-in.js';

/** All that docs/contracts/identity.md asks of a directory and a caller can see. */
export const IDENTITY_CHECKS: readonly Check[] = [
  ...INTERNAL_SECRET,
  ...SIGN_IN,
  ...REFUSAL,
  ...DESCRIPTION,
  ...MALFORMED,
];
