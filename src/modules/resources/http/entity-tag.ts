import { ProblemError } from '../../../protocol/problem.js';
import type { ExpectedVersions } from '../resource.js';

const ENTITY_TAG = String.raw`(?:W/)?"[\x21\x23-\x7E\x80-\xFF]*"`;

/** Entity tags between commas, with the empty elements that RFC 9110 §5.6.1.2 has recipients ignore. */
const LIST = new RegExp(String.raw`^[\t ,]*${ENTITY_TAG}(?:[\t ]*,[\t ,]*${ENTITY_TAG})*[\t ,]*$`);
const EACH_TAG = new RegExp(ENTITY_TAG, 'g');

/** A strong tag of this server's. Longer numbers are no version, and would be none that can be counted. */
const VERSION = /^"([1-9][0-9]{0,14})"$/;

/** The entity tag of a version: strong, since versions and representations change together. RFC 9110 §8.8.3. */
export function entityTagOf({ version }: { version: number }): string {
  return `"${version}"`;
}

/**
 * The versions that `If-Match` allows. Comparison is strong: a weak tag matches nothing. RFC 9110 §13.1.1.
 * @throws ProblemError 400
 */
export function expectedVersions(ifMatch: string | undefined): ExpectedVersions {
  const tags = parseEntityTags('If-Match', ifMatch);
  if (tags === undefined || tags === '*') return undefined;
  return tags.flatMap((tag) => VERSION.exec(tag)?.[1] ?? []).map(Number);
}

/**
 * Whether `If-None-Match` names the version that is there. Comparison is weak. RFC 9110 §13.1.2.
 * @throws ProblemError 400
 */
export function isNotModified(ifNoneMatch: string | undefined, current: { version: number }): boolean {
  const tags = parseEntityTags('If-None-Match', ifNoneMatch);
  if (tags === undefined || tags === '*') return tags === '*';
  return tags.some((tag) => tag.replace(/^W\//, '') === entityTagOf(current));
}

function parseEntityTags(header: string, value: string | undefined): '*' | string[] | undefined {
  if (value === undefined || value === '*') return value;
  if (!LIST.test(value))
    throw new ProblemError(400, `The ${header} header is neither * nor a list of entity tags.`);
  return value.match(EACH_TAG) ?? [];
}
