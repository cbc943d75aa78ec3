import { PRINTABLE } from './characters.js';

/** A value that a directory keeps for a person beside the standard claims. */
export type AttributeValue = string | number | boolean | readonly string[];

/** What a directory knows of a person beside the standard claims: a flat object, by names of its own. */
export type UserAttributes = Readonly<Record<string, AttributeValue>>;

export const MAX_ATTRIBUTES = 32;
export const MAX_VALUES = 32;
export const MAX_VALUE_CHARACTERS = 256;

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** Whether an attribute may have this name. An assignment to `__proto__` would make no member. */
export function isAttributeName(name: string): boolean {
  return NAME.test(name) && name !== '__proto__';
}

/** What speaks against a value as the attributes of a person; undefined when nothing does. */
export function objectionToAttributes(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
  const attributes = Object.entries(value);
  if (attributes.length > MAX_ATTRIBUTES) return `must have at most ${MAX_ATTRIBUTES} members`;
  if (!attributes.every(([name]) => isAttributeName(name))) {
    return 'must have names of 1 to 64 characters of A-Z a-z 0-9 _ . - other than __proto__';
  }
  const refused = attributes.find(([, member]) => !isAttributeValue(member));
  if (refused === undefined) return undefined;
  return (
    `must give ${refused[0]} a string of at most ${MAX_VALUE_CHARACTERS} characters without control characters, ` +
    `a finite number, true, false, or a list of at most ${MAX_VALUES} such strings`
  );
}

function isAttributeValue(value: unknown): value is AttributeValue {
  if (typeof value === 'boolean' || Number.isFinite(value) || isText(value)) return true;
  return Array.isArray(value) && value.length <= MAX_VALUES && value.every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_VALUE_CHARACTERS && PRINTABLE.test(value);
}
