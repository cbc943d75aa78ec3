import { PRINTABLE } from '../../../protocol/characters.js';
import type { ResourceOwner, SignedInOwner } from '../../../protocol/resource-owner.js';
import { isPersonSubject } from '../../../protocol/subject.js';
import { type UserAttributes, objectionToAttributes } from '../../../protocol/user-attributes.js';

/** Where what a directory answered is not what the contract says. Names the member, never its value. */
export class MalformedAnswer extends Error {
  /** @param pointer JSON Pointer (RFC 6901) of the member, empty for the answer as a whole */
  constructor(pointer: string, objection: string) {
    super(`${pointer || 'the body'} ${objection}`);
    this.name = new.target.name;
  }
}

/** How far the clock of a directory may be ahead of this one's. Seconds. */
const CLOCK_SKEW = 300;

const MOST_ROLES = 64;
const MOST_METHODS = 16;
const LATEST_TIME = 253_402_300_799; // the last second of the year 9999

/**
 * Reads a person out of an answer. Members that this reader does not know are left alone, so that the contract can
 * grow; each that it knows is typed and bounded, because it may end up in a token and in headers.
 * @throws MalformedAnswer
 */
export function readOwner(answer: unknown): ResourceOwner {
  const read = readerOf(answer);
  return {
    sub: read('sub', isSubject, 'must be a UUID, or have a character that no client_id has'),
    username: read('username', isTextUpTo(256), 'must be 1 to 256 printable characters'),
    name: read('name', isNullOr(isTextUpTo(256)), 'must be null or 1 to 256 printable characters'),
    email: read('email', isNullOr(isTextUpTo(254)), 'must be null or 1 to 254 printable characters'),
    email_verified: read('email_verified', isBoolean, 'must be true or false'),
    roles: read('roles', isListOf(isTextUpTo(128), MOST_ROLES), `must be at most ${MOST_ROLES} names`),
    attributes: readAttributes(read),
    updated_at: read('updated_at', isTime(LATEST_TIME), 'must be whole seconds since 1970'),
    credentials_version: readCredentialsVersion(answer, read),
  };
}

/**
 * Reads a person who has just signed in.
 * @param now seconds since 1970: nobody signs in in the future
 * @throws MalformedAnswer
 */
export function readSignedInOwner(answer: unknown, now: number): SignedInOwner {
  const owner = readOwner(answer);
  const read = readerOf(answer);
  const amr = read('amr', isListOf(isTextUpTo(64), MOST_METHODS), `must be at most ${MOST_METHODS} names`);
  if (amr.length === 0) throw new MalformedAnswer('/amr', 'must not be empty');
  const authTime = isTime(now + CLOCK_SKEW);
  return { ...owner, amr, auth_time: read('auth_time', authTime, 'must be seconds since 1970, up to now') };
}

type Rule<T> = (value: unknown) => value is T;
type Reader = <T>(name: string, rule: Rule<T>, objection: string) => T;

/** Reads members of their own alone: what every object inherits is nobody's answer. */
function readerOf(answer: unknown): Reader {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw new MalformedAnswer('', 'must be a JSON object');
  }
  return (name, rule, objection) => {
    if (!Object.hasOwn(answer, name)) throw new MalformedAnswer(`/${name}`, 'is missing');
    const value = (answer as Record<string, unknown>)[name];
    if (!rule(value)) throw new MalformedAnswer(`/${name}`, objection);
    return value;
  };
}

function readAttributes(read: Reader): UserAttributes {
  const value = read('attributes', isAnything, '');
  const objection = objectionToAttributes(value);
  if (objection !== undefined) throw new MalformedAnswer('/attributes', objection);
  return value as UserAttributes;
}

/** Absent from directories that do not say when a password changed. */
function readCredentialsVersion(answer: unknown, read: Reader): string | null {
  if (!Object.hasOwn(answer as object, 'credentials_version')) return null;
  const objection = 'must be null or 1 to 256 printable characters';
  return read('credentials_version', isNullOr(isTextUpTo(256)), objection);
}

const isAnything = (_value: unknown): _value is unknown => true;
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isSubject = (value: unknown): value is string => typeof value === 'string' && isPersonSubject(value);

/** @param most code points */
function isTextUpTo(most: number): Rule<string> {
  return (value): value is string =>
    typeof value === 'string' &&
    PRINTABLE.test(value) &&
    value !== '' &&
    value.length <= 2 * most &&
    Array.from(value).length <= most;
}

function isTime(latest: number): Rule<number> {
  return (value): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= latest;
}

function isNullOr<T>(rule: Rule<T>): Rule<T | null> {
  return (value): value is T | null => value === null || rule(value);
}

function isListOf<T>(rule: Rule<T>, most: number): Rule<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.length <= most && value.every(rule);
}
