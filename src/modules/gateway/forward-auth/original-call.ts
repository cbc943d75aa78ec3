import { METHODS } from 'node:http';
import { ProblemError } from '../../../protocol/problem.js';
import { fieldsOf } from '../headers/field-name.js';
import { type Dialect, FIELDS, REQUIRED, SINGLE_FIELDS } from './dialects.js';

/** A sub-request of another proxy, as it came. */
export interface SubRequest {
  method: string;
  /** What follows the dialect's own path in the request target. */
  rest: string;
  /** Names and values in turn, as Node has them. */
  rawHeaders: readonly string[];
}

/** The request that the proxy asks about. */
export interface OriginalCall {
  method: string;
  /** As it stood in its request line. */
  rawTarget: string;
}

/**
 * Reads which request a proxy asks about. What proxies do not set they pass on as their client sent it; so a field that is
 * there twice, or that says something else than another, is the mark of somebody who wants one request to be decided
 * about and another one to be served, and is refused whoever is right.
 * @param maxTargetLength of a target that this server would take itself
 * @throws ProblemError 400, 414
 */
export function originalCall(
  dialect: Dialect,
  { method, rest, rawHeaders }: SubRequest,
  maxTargetLength: number,
): OriginalCall {
  const fields = valuesByName(rawHeaders);
  for (const name of SINGLE_FIELDS) {
    if ((fields.get(name)?.length ?? 0) > 1) throw refusal('has a field more than once that must be single');
  }
  for (const alternatives of REQUIRED[dialect]) {
    if (!alternatives.some((name) => fields.has(name))) throw refusal('lacks a field that its proxy sends');
  }
  // Envoy says it by its own request line.
  const said: Record<keyof OriginalCall, string[]> =
    dialect === 'envoy' ? { method: [method], rawTarget: [rest] } : { method: [], rawTarget: [] };
  for (const { name, says } of FIELDS) {
    const value = fields.get(name)?.[0];
    if (value !== undefined) said[says].push(name === 'x-original-url' ? targetOfUrl(value) : value);
  }
  return {
    method: knownMethod(agreed(said.method)),
    rawTarget: shortEnough(agreed(said.rawTarget), maxTargetLength),
  };
}

/** Names are in lower case; an empty value is as good as none. */
function valuesByName(rawHeaders: readonly string[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [field, value] of fieldsOf(rawHeaders)) {
    const name = field.toLowerCase();
    if (value !== '') values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
}

function agreed(values: readonly string[]): string {
  const [value, ...others] = new Set(values);
  if (value === undefined || others.length > 0) throw refusal('has fields that contradict each other');
  return value;
}

/** In upper case, and one that Node takes itself: to an upstream `get` may be GET, and to a table of scopes it is not. */
function knownMethod(method: string): string {
  if (!METHODS.includes(method)) throw refusal('is about a method that is not known');
  return method;
}

function targetOfUrl(url: string): string {
  const parts = /^https?:\/\/[^/?#\\]+(\/.*)?$/i.exec(url);
  if (parts === null) throw refusal('has a URL that is not one of http');
  return parts[1] ?? '/';
}

function shortEnough(rawTarget: string, maxTargetLength: number): string {
  if (rawTarget.length > maxTargetLength) throw new ProblemError(414, 'The request target is too long.');
  return rawTarget;
}

function refusal(what: string): ProblemError {
  return new ProblemError(400, `The question of the proxy ${what}.`);
}
