import { publicCookie } from './public-cookie.js';
import { publicLink } from './public-link.js';
import {
  type AnswerPlace,
  ForeignReference,
  type PublicReference,
  publicLocation,
} from './public-location.js';
import { publicRefresh } from './public-refresh.js';

type Mapping = (value: string, place: AnswerPlace) => PublicReference;

/** The fields of an answer that have references of the upstream, by canonical name. */
const MAPPINGS: ReadonlyMap<string, Mapping> = new Map<string, Mapping>([
  ['location', publicLocation],
  ['content-location', publicLocation],
  ['refresh', publicRefresh],
  ['link', publicLink],
  ['set-cookie', publicCookie],
]);

/** Whether a field has references of the upstream. */
export function hasReferences(canonicalName: string): boolean {
  return MAPPINGS.has(canonicalName);
}

/**
 * The value of such a field for a client.
 * @returns undefined where the field must not leave, since it would send the client to another origin
 */
export function publicValue(
  canonicalName: string,
  value: string,
  place: AnswerPlace,
): PublicReference | undefined {
  try {
    return MAPPINGS.get(canonicalName)!(value, place);
  } catch (error) {
    if (error instanceof ForeignReference) return undefined;
    throw error;
  }
}
