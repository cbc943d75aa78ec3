import { InvalidInput, ProblemError } from '../../protocol/problem.js';
import { type JsonValue, pointerInto } from './json-value.js';

/** Code points of a title. */
export const MAX_TITLE_CHARACTERS = 200;

/** Bytes of a body, serialised without insignificant space. */
export const MAX_BODY_BYTES = 64 * 1024;

/** What is wrong with a title, or undefined. */
export function titleFlaw(title: unknown): string | undefined {
  if (typeof title !== 'string') return 'must be a string';
  const length = Array.from(title).length;
  if (length < 1 || length > MAX_TITLE_CHARACTERS) return `must be 1 to ${MAX_TITLE_CHARACTERS} characters`;
  if (/\p{Cc}/u.test(title)) return 'must not contain control characters';
  if (!title.isWellFormed()) return 'must not contain half a surrogate pair';
  return undefined;
}

/**
 * Refuses a body that is too large, or that SQL could not look into: jsonb has no U+0000 and no lone surrogates, and
 * JSON has no infinity, which is what a number like 1e400 is read as.
 * @throws ProblemError 413, InvalidInput with a pointer to what is wrong
 */
export function checkBody(body: JsonValue): void {
  if (Buffer.byteLength(JSON.stringify(body)) > MAX_BODY_BYTES) {
    throw new ProblemError(413, `The body of a resource is at most ${MAX_BODY_BYTES} bytes of JSON.`);
  }
  const pending: { pointer: string; value: JsonValue }[] = [{ pointer: '/body', value: body }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { pointer, value } = next;
    const flaw = valueFlaw(value);
    if (flaw !== undefined) throw new InvalidInput([{ pointer, detail: flaw }]);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      pending.push({ pointer: pointerInto(pointer, name), value: member });
    }
  }
}

function valueFlaw(value: JsonValue): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value))
    return 'must be within the range of a 64-bit float';
  if (typeof value === 'string' && !isStorable(value))
    return 'must not contain U+0000 or half a surrogate pair';
  // Told of the object: a pointer to such a member would contain what cannot be written.
  if (typeof value === 'object' && value !== null && !Object.keys(value).every(isStorable)) {
    return 'must not have a member name with U+0000 or half a surrogate pair';
  }
  return undefined;
}

function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}
