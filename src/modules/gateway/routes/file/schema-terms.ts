import { SCOPE_TOKEN } from '../../../../protocol/characters.js';
import { durationText } from './units.js';

/** What the schema of the routes file is made of. */

export const STRING = 'string';
export const ORIGIN = {
  type: STRING,
  pattern: String.raw`^https?://[^\s/?#@\\]+$`,
  title: 'an http or https origin without a path or a trailing slash',
};
export const FIELD_NAME = {
  type: STRING,
  pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$",
  title: 'the name of a header field',
};
export const DURATION = {
  type: STRING,
  pattern: '^([1-9][0-9]{0,7}ms|[1-9][0-9]{0,5}s|[1-9][0-9]{0,3}m)$',
  title: 'a duration such as 500ms, 30s or 2m',
};
/** A duration that is this long unless something else is said. */
export const durationBy = (defaultMs: number) => ({ ...DURATION, default: durationText(defaultMs) });
export const FILE = {
  type: STRING,
  pattern: String.raw`^[^\x00]{1,4096}$`,
  title: 'the name of a PEM file, relative to this file',
};
export const PREFIX = {
  type: STRING,
  pattern: String.raw`^(/[^/?#\s]+)+$`,
  title: 'a path such as /api, without a slash at its end',
};
export const RATE = {
  type: STRING,
  pattern: '^[1-9][0-9]{0,5}/(second|minute)$',
  title: 'a rate such as 30/second or 100/minute',
};
export const LIMIT_KEY = {
  type: STRING,
  pattern: '^(route|client|user|claim:[A-Za-z_][A-Za-z0-9_.-]{0,63})$',
  title: 'route, client, user or claim:<name>',
};
export const SCOPE_LIST = {
  type: 'array',
  uniqueItems: true,
  items: {
    type: STRING,
    pattern: SCOPE_TOKEN.source,
    title: 'a scope (RFC 6749 section 3.3)',
  },
};
export const METHOD = '(?!(TRACE|CONNECT)$)[A-Z][A-Z-]{0,31}';
export const METHOD_TITLE = 'a method in upper case, and neither TRACE nor CONNECT';

export const wholeNumber = (from: number, to: number) => ({
  type: 'integer',
  minimum: from,
  maximum: to,
  title: `a whole number from ${from} to ${to}`,
});
export const described = (schema: object, description: string) => ({ ...schema, description });
export const closed = <T extends object>(properties: T, required: string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
/** One value in short, or an object or list that says more. Its type is said once, so that one mistake is told once. */
export const shortOr = ({ type, ...long }: { type: string }, short: object) => ({
  type: [STRING, type],
  if: { type: STRING },
  then: short,
  else: long,
});

export function listOf<T extends object>(items: T) {
  return { type: 'array', minItems: 1, maxItems: 64, uniqueItems: true, items };
}
