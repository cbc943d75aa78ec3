import { ProblemError } from '../../../protocol/problem.js';
import { compatibilityForm } from './folded-path.js';
import { type UnusualForm, refusalOfForm } from './unusual-forms.js';

/** A request target in the one form that is decided about. */
export interface CanonicalTarget {
  /** Begins with `/`; what is authorised and, but for prefixes, what the upstream receives. */
  path: string;
  /** As it came, with its `?`; empty without one. */
  query: string;
  /** What in the path some servers read in another way; a route must permit all of it. */
  unusual: readonly UnusualForm[];
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
const LOOKALIKES = 'The path of the request must not have characters that become delimiters.';
const SEPARATORS = 'The path of the request must not have encoded slashes or backslashes.';
const CONTROLS = 'The path of the request must not have control characters.';

/**
 * Reads a raw request target in origin-form (RFC 9112 §3.2.1). Decided here once; nothing later decodes again.
 *
 * What two servers may read in two ways is refused, not repaired: whoever writes `/a/../b` means to be read twice. That
 * is `//`, `\`, dot segments, control characters, each of them encoded or not, what becomes a delimiter in Unicode's
 * compatibility form, escapes that are incomplete, not UTF-8 or escaped themselves, and characters that RFC 3986 §3.3
 * does not have in a path. `unusual` lists the forms that a route may permit.
 *
 * What cannot change the meaning is normalised (RFC 3986 §6.2.2): escapes of unreserved characters are decoded, the others
 * written in upper case. A trailing slash stays. The query passes as it came.
 * @throws ProblemError 400 that quotes nothing
 */
export function readTarget(rawTarget: string): CanonicalTarget {
  const mark = rawTarget.indexOf('?');
  const path = mark === -1 ? rawTarget : rawTarget.slice(0, mark);
  const query = mark === -1 ? '' : rawTarget.slice(mark);
  if (query !== '' && !QUERY.test(query)) throw refusal(NOT_A_QUERY);
  return PLAIN_PATH.test(path) ? { path, query, unusual: [] } : { query, ...canonicalPath(path) };
}

/**
 * Reads a raw request target that must have nothing unusual: `;` (Servlet containers cut it off, others keep it), encoded
 * slashes, `?` and `#`, segments that end in a dot or a space, and streams of NTFS (`::$DATA`).
 * @throws ProblemError 400 that quotes nothing
 */
export function canonicalTarget(rawTarget: string): CanonicalTarget {
  const target = readTarget(rawTarget);
  const [form] = target.unusual;
  if (form !== undefined) throw refusalOfForm(form);
  return target;
}

function canonicalPath(path: string): Pick<CanonicalTarget, 'path' | 'unusual'> {
  if (!path.startsWith('/')) throw refusal(NOT_ORIGIN_FORM);
  if (path.includes('\\')) throw refusal(SEPARATORS);
  if (!PATH_CHARACTERS.test(path)) throw refusal(NOT_A_PATH);
  if (INCOMPLETE_ESCAPE.test(path)) throw refusal(BAD_ESCAPE);
  const normal = path.replaceAll(ESCAPES, normalEscape);
  return { path: normal, unusual: unusualFormsIn(normal) };
}

function normalEscape(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return UNRESERVED.test(character) ? character : escape.toUpperCase();
}

/** Looks at what the escapes stand for, as a server behind us would that decodes them once more. */
function unusualFormsIn(path: string): UnusualForm[] {
  const text = readingOf(path);
  if (ESCAPE.test(text)) throw refusal(TWICE_ENCODED);
  if (text.includes('\\')) throw refusal(SEPARATORS);
  if (text.includes('//') || text.endsWith('/') !== path.endsWith('/')) {
    throw path.includes('%2F') ? refusalOfForm('encoded_slash') : refusal(EMPTY_SEGMENT);
  }
  if (DOT_SEGMENT.test(text)) throw refusal(DOTS);
  if (CONTROL.test(text)) throw refusal(CONTROLS);
  // Without its parameters the segment would be empty.
  if (/\/;/.test(text)) throw refusalOfForm('semicolon');
  // No path needs a lookalike of a delimiter.
  const isLookalike = ([written, read]: [RegExp, RegExp]): boolean =>
    count(path, written) !== count(text, read);
  if (DELIMITERS.some(isLookalike)) throw refusal(LOOKALIKES);
  const forms: [UnusualForm, boolean][] = [
    ['encoded_slash', path.includes('%2F')],
    ['semicolon', text.includes(';')],
    ['trailing_dot', TRAILING.test(text)],
    ['double_colon', STREAM.test(text)],
    ['encoded_delimiter', /[?#]/.test(text)],
  ];
  return forms.filter(([, isThere]) => isThere).map(([form]) => form);
}

/** Delimiters as a path may have them, and as they are read. */
const DELIMITERS: readonly [written: RegExp, read: RegExp][] = [
  [/\/|%2F/g, /\//g],
  [/;|%3B/g, /;/g],
  [/:|%3A/g, /:/g],
  [/%3F/g, /\?/g],
  [/%23/g, /#/g],
];

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function readingOf(path: string): string {
  try {
    return compatibilityForm(path);
  } catch {
    throw refusal(BAD_ESCAPE);
  }
}

function refusal(detail: string): ProblemError {
  return new ProblemError(400, detail);
}
