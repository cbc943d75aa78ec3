import type { SigningAlgorithm } from '../../../protocol/signing-algorithms.js';

/**
 * `announced`: published before it signs, so that verifiers know it in time. `active`: may sign. `retired`: published for
 * the tokens that it signed. `removed`: not published, and its tokens are refused.
 */
export type SigningKeyState = 'announced' | 'active' | 'retired' | 'removed';

/** When a key enters each state. A time may lie in the future; null where it is not decided. */
export interface SigningKeyTimes {
  announcedAt: Date;
  activeAt: Date | null;
  retiredAt: Date | null;
  removedAt: Date | null;
}

/** What the states of keys need to know of a key. */
export interface StatedKey {
  kid: string;
  algorithm: SigningAlgorithm;
  times: SigningKeyTimes;
}

/** What keys are for at one moment. */
export interface KeySet<Key> {
  /** The keys of the JWK Set, by which tokens are verified, in the order of the list. */
  published: readonly Key[];
  /** The key that signs with an algorithm. */
  signing(algorithm: SigningAlgorithm): Key | undefined;
}

/**
 * The active key that became active last signs. Without an active key the announced key that becomes active first signs:
 * it is published, and the clock of the instance that activated it may be ahead.
 */
export function keySetAt<Key extends StatedKey>(keys: readonly Key[], now: Date): KeySet<Key> {
  const inState = (state: SigningKeyState): Key[] =>
    keys.filter(({ times }) => stateAt(times, now) === state);
  const byActivation = (a: Key, b: Key): number =>
    activationOf(a) - activationOf(b) || (a.kid < b.kid ? -1 : 1);
  const candidates = [
    ...inState('active').toSorted((a, b) => byActivation(b, a)),
    ...inState('announced').toSorted(byActivation),
  ];
  return {
    published: keys.filter(({ times }) => stateAt(times, now) !== 'removed'),
    signing: (algorithm) => candidates.find((key) => key.algorithm === algorithm),
  };
}

function stateAt({ activeAt, retiredAt, removedAt }: SigningKeyTimes, now: Date): SigningKeyState {
  const isPast = (time: Date | null): boolean => time !== null && time <= now;
  if (isPast(removedAt)) return 'removed';
  if (isPast(retiredAt)) return 'retired';
  return isPast(activeAt) ? 'active' : 'announced';
}

/** An undecided activation comes after every decided one. */
function activationOf({ times: { activeAt } }: StatedKey): number {
  return activeAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
}
