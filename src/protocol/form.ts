import { InvalidRequest } from './oauth-error.js';

/** A single form parameter per name; asked for by name only, so that no prototype is ever reached. */
export type Form = ReadonlyMap<string, string>;

/** More parameters than any request of an OAuth endpoint has. */
const MAX_PARAMETERS = 64;

/**
 * Parameters that may stand more than once: RFC 8707 §2 lets `resource` repeat. Their values are joined with a
 * space, which no URI contains.
 */
const REPEATABLE = new Set(['resource']);

/**
 * Parses `application/x-www-form-urlencoded` strictly. RFC 6749 §3.2 and Appendix B.
 *
 * A parameter without a value counts as omitted, unknown ones are kept for whoever asks, a repeated one is
 * refused, and so is anything that two parsers could read in two ways: broken escapes and bytes that are no UTF-8.
 * @throws InvalidRequest
 */
export function parseForm(body: Uint8Array): Form {
  const text = decodeUtf8(body);
  refuseWhatIsNoForm(text);
  const form = new Map<string, string>();
  const seen = new Set<string>();
  const pairs = text.split('&');
  if (pairs.length > MAX_PARAMETERS) throw new InvalidRequest('The request has too many parameters.');
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodeComponent(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decodeComponent(pair.slice(equals + 1));
    if (REPEATABLE.has(name)) {
      if (value !== '') form.set(name, form.has(name) ? `${form.get(name)} ${value}` : value);
      continue;
    }
    if (seen.has(name)) throw new InvalidRequest('A parameter is repeated.');
    seen.add(name);
    if (value !== '') form.set(name, value);
  }
  return form;
}

/** What tools add to a file, and what would be read into the first name or the last value. */
function refuseWhatIsNoForm(text: string): void {
  if (text.startsWith('\uFEFF')) {
    throw new InvalidRequest('The request body begins with a byte order mark, which is no part of a form.');
  }
  if (/[\r\n]$/.test(text)) {
    throw new InvalidRequest('The request body ends in a line break, which is no part of a form.');
  }
  if (/[\r\n]/.test(text)) {
    throw new InvalidRequest(
      'The request body has a line break in it, which a form must encode as %0D or %0A.',
    );
  }
}

/** Decodes one form-encoded name or value: `+` is a space, `%XX` are bytes of UTF-8. */
export function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new InvalidRequest('The request body is not correctly form-encoded.');
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InvalidRequest('The request body is not valid UTF-8.');
  }
}
