import { PRINTABLE } from '../../../protocol/characters.js';
import type { ResourceOwner, SignedInOwner } from '../../../protocol/resource-owner.js';
import { isPersonSubject } from '../../../protocol/subject.js';
import { type UserAttributes, objectionToAttributes } from '../../../protocol/user-attributes.js';

/** A response that breaks the contract. The message names the member, never its value. */
export class MalformedResponse extends Error {
  /** @param pointer JSON Pointer (RFC 6901) of the member, empty for the whole body */
  constructor(pointer: string, objection: string) {
    super(`${pointer || 'the body'} ${objection}`);
    this.name = new.target.name;
  }
}

/** How far the clock of a directory may be ahead of this one's. Seconds. */
const CLOCK_SKEW = 300;

const MAX_ROLES = 64;
const MAX_METHODS = 16;
const MAX_TIME = 253_402_300_799; // the last second of the year 9999

/**
 * Reads a user out of a response body. Unknown members are ignored, so that the contract can grow. Known members are typed
 * and bounded, because they may be copied into tokens and headers.
 * @throws MalformedResponse
 */
export function readOwner(body: unknown): ResourceOwner {
  const read = readerOf(body);
  return {
    sub: read('sub', isSubject, 'must be a UUID, or have a character that no client_id has'),
    username: read('username', isTextUpTo(256), 'must be 1 to 256 printable characters'),
    name: read('name', isNullOr(isTextUpTo(256)), 'must be null or 1 to 256 printable characters'),
    email: read('email', isNullOr(isTextUpTo(254)), 'must be null or 1 to 254 printable characters'),
    email_verified: read('email_verified', isBoolean, 'must be true or false'),
    roles: read('roles', isListOf(isTextUpTo(128), MAX_ROLES), `must be at most ${MAX_ROLES} names`),
    attributes: readAttributes(read),
    updated_at: read('updated_at', isTime(MAX_TIME), 'must be whole seconds since 1970'),
    credentials_version: readCredentialsVersion(body, read),
  };
}

/**
 * Reads a user who has just signed in.
 * @param now seconds since 1970: a later `auth_time` is refused
 * @throws MalformedResponse
 */
export function readSignedInOwner(body: unknown, now: number): SignedInOwner {
  const owner = readOwner(body);
  const read = readerOf(body);
  const amr = read('amr', isListOf(isTextUpTo(64), MAX_METHODS), `must be at most ${MAX_METHODS} names`);
  if (amr.length === 0) throw new MalformedResponse('/amr', 'must not be empty');
  const authTime = isTime(now + CLOCK_SKEW);
  return { ...owner, amr, auth_time: read('auth_time', authTime, 'must be seconds since 1970, up to now') };
}

type Rule<T> = (value: unknown) => value is T;
type Reader = <T>(name: string, rule: Rule<T>, objection: string) => T;

/** Reads own members only, never inherited ones. */
function readerOf(body: unknown): Reader {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new MalformedResponse('', 'must be a JSON object');
  }
  return (name, rule, objection) => {
    if (!Object.hasOwn(body, name)) throw new MalformedResponse(`/${name}`, 'is missing');
    const value = (body as Record<string, unknown>)[name];
    if (!rule(value)) throw new MalformedResponse(`/${name}`, objection);
    return value;
  };
}

function readAttributes(read: Reader): UserAttributes {
  const value = read('attributes', isAnything, '');
  const objection = objectionToAttributes(value);
  if (objection !== undefined) throw new MalformedResponse('/attributes', objection);
  return value as UserAttributes;
}

/** Optional: without it, a changed password ends no grants. */
function readCredentialsVersion(body: unknown, read: Reader): string | null {
  if (!Object.hasOwn(body as object, 'credentials_version')) return null;
  const objection = 'must be null or 1 to 256 printable characters';
  return read('credentials_version', isNullOr(isTextUpTo(256)), objection);
}

const isAnything = (_value: unknown): _value is unknown => true;
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isSubject = (value: unknown): value is string => typeof value === 'string' && isPersonSubject(value);

/** @param max code points */
function isTextUpTo(max: number): Rule<string> {
  return (value): value is string =>
    typeof value === 'string' &&
    PRINTABLE.test(value) &&
    value !== '' &&
    value.length <= 2 * max &&
    Array.from(value).length <= max;
}

function isTime(latest: number): Rule<number> {
  return (value): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= latest;
}

function isNullOr<T>(rule: Rule<T>): Rule<T | null> {
  return (value): value is T | null => value === null || rule(value);
}

function isListOf<T>(rule: Rule<T>, max: number): Rule<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.length <= max && value.every(rule);
}
