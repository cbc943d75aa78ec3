import { ProblemError } from '../../../protocol/problem.js';
import { compatibilityForm } from './folded-path.js';

/** A request target that has one reading. */
export interface CanonicalTarget {
  /** Begins with `/`; what is authorised and, but for prefixes, what the upstream receives. */
  path: string;
  /** As it came, with its `?`; empty without one. */
  query: string;
}

/** Segments of plain `pchar` (RFC 3986 §3.3) without `;`, none empty, with a dot at its end or a stream. Most paths are such. */
const PLAIN_PATH = /^(?=\/)(?:\/(?:[\w~!$&'()*+,=@-]|\.(?!\/|$)|:(?![:$]))+)*\/?$/;
/** The characters of a path, `%` of escapes among them. */
const PATH_CHARACTERS = /^\/[\w.~!$&'()*+,;=:@%/-]*$/;
const ESCAPES = /%[0-9A-Fa-f]{2}/g;
const ESCAPE = /%[0-9A-Fa-f]{2}/;
const INCOMPLETE_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const UNRESERVED = /[A-Za-z0-9._~-]/;
const DOT_SEGMENT = /(?:^|\/)\.\.?(?:[/;]|$)/;
/** Windows, and what is made for it, opens `admin.` and `admin ` as `admin`. */
const TRAILING = /[.\s](?:\/|$)/u;
/** NTFS opens `file::$DATA` as `file`, and `folder:$I30:$INDEX_ALLOCATION` as `folder`. */
const STREAM = /:[:$]/;
const CONTROL = /\p{Cc}/u;
/** Printable ASCII but `#` and space; what a query means is the upstream's business. */
const QUERY = /^[!"$-~]*$/;

const NOT_ORIGIN_FORM = 'The request target must be an absolute path, with or without a query.';
const NOT_A_PATH = 'The path of the request has a character that must be percent-encoded.';
const NOT_A_QUERY = 'The query of the request has a character that must be percent-encoded.';
const EMPTY_SEGMENT = 'The path of the request must not have empty segments.';
const BAD_ESCAPE = 'The path of the request must have complete percent-encodings of UTF-8.';
const TWICE_ENCODED = 'The path of the request must not be percent-encoded twice.';
const DOTS = 'The path of the request must not have dot segments.';
const TRAILERS = 'The path of the request must not have segments that end in a dot or a space.';
const STREAMS = 'The path of the request must not have names of streams.';
const DELIMITERS = 'The path of the request must not have encoded question marks or number signs.';
const PARAMETERS = 'The path of the request must not have parameters.';
const SEPARATORS = 'The path of the request must not have encoded slashes or backslashes.';
const CONTROLS = 'The path of the request must not have control characters.';

/**
 * Reads a raw request target in origin-form (RFC 9112 §3.2.1). Decided here once; nothing later decodes again.
 *
 * What two servers may read in two ways is refused, not repaired: whoever writes `/a/../b` means to be read twice. That
 * is `//`, `\`, `;` (Servlet containers cut it off, others keep it), dot segments, segments that end in a dot or a
 * space, streams of NTFS (`::$DATA`), control characters, each of them encoded or not, encoded slashes, `?` and `#`, what
 * becomes one of these in Unicode's compatibility form, escapes that are incomplete, not UTF-8 or escaped themselves, and
 * characters that RFC 3986 §3.3 does not have in a path.
 *
 * What cannot change the meaning is normalised (RFC 3986 §6.2.2): escapes of unreserved characters are decoded, the others
 * written in upper case. A trailing slash stays. The query passes as it came.
 * @throws ProblemError 400 that quotes nothing
 */
export function canonicalTarget(rawTarget: string): CanonicalTarget {
  const mark = rawTarget.indexOf('?');
  const path = mark === -1 ? rawTarget : rawTarget.slice(0, mark);
  const query = mark === -1 ? '' : rawTarget.slice(mark);
  if (query !== '' && !QUERY.test(query)) throw refusal(NOT_A_QUERY);
  return { path: PLAIN_PATH.test(path) ? path : canonicalPath(path), query };
}

function canonicalPath(path: string): string {
  if (!path.startsWith('/')) throw refusal(NOT_ORIGIN_FORM);
  if (path.includes('\\')) throw refusal(SEPARATORS);
  if (!PATH_CHARACTERS.test(path)) throw refusal(NOT_A_PATH);
  if (INCOMPLETE_ESCAPE.test(path)) throw refusal(BAD_ESCAPE);
  const normal = path.replaceAll(ESCAPES, normalEscape);
  refuseSecondReading(normal);
  return normal;
}

function normalEscape(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return UNRESERVED.test(character) ? character : escape.toUpperCase();
}

/** Looks at what the escapes stand for, as a server behind us would that decodes them once more. */
function refuseSecondReading(path: string): void {
  const text = readingOf(path);
  if (ESCAPE.test(text)) throw refusal(TWICE_ENCODED);
  if (text.includes('\\') || slashesIn(text) !== slashesIn(path)) throw refusal(SEPARATORS);
  if (text.includes('//') || text.endsWith('/') !== path.endsWith('/')) throw refusal(EMPTY_SEGMENT);
  if (DOT_SEGMENT.test(text)) throw refusal(DOTS);
  if (text.includes(';')) throw refusal(PARAMETERS);
  if (CONTROL.test(text)) throw refusal(CONTROLS);
  if (TRAILING.test(text)) throw refusal(TRAILERS);
  if (STREAM.test(text)) throw refusal(STREAMS);
  if (/[?#]/.test(text)) throw refusal(DELIMITERS);
}

function readingOf(path: string): string {
  try {
    return compatibilityForm(path);
  } catch {
    throw refusal(BAD_ESCAPE);
  }
}

function slashesIn(text: string): number {
  return text.split('/').length - 1;
}

function refusal(detail: string): ProblemError {
  return new ProblemError(400, detail);
}
