import type { SignedInOwner } from '../../protocol/resource-owner.js';

/** For the log alone: in a response they would reveal which users exist. */
export const SIGN_IN_REFUSAL_REASONS = [
  'unknown_user',
  'disabled',
  /** The user has no password, and so cannot sign in with one. */
  'no_password',
  'wrong_password',
  /** Longer than any username or password: no directory was asked. */
  'credentials_too_long',
  'throttled',
  /** The directory gave no reason: over HTTP it must not. */
  'refused_by_directory',
  /** The directory requires further steps, which the caller cannot offer. */
  'further_steps_required',
] as const;

export type SignInRefusalReason = (typeof SIGN_IN_REFUSAL_REASONS)[number];

export interface SignedIn {
  outcome: 'signed_in';
  owner: SignedInOwner;
}

export type NotSignedIn =
  | { outcome: 'refused'; reason: SignInRefusalReason }
  /** The credentials are right and not sufficient. */
  | { outcome: 'further_steps'; /** What may be used next: RFC 8176. */ methods: readonly string[] };

export type SignInOutcome = SignedIn | NotSignedIn;

/** Why a caller that offers no further steps refuses the sign-in. */
export function refusalReason(outcome: NotSignedIn): SignInRefusalReason {
  return outcome.outcome === 'refused' ? outcome.reason : 'further_steps_required';
}
