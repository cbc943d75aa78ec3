import { HEADER_PRESETS } from '../identity/header-presets.js';
import type { IdentityMode } from './route.js';

/** Every way in which an upstream may learn who calls. */
export const IDENTITY_MODES: readonly IdentityMode[] = ['assertion', 'none', ...HEADER_PRESETS];
