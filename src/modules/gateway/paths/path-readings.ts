import { ProblemError } from '../../../protocol/problem.js';
import { compatibilityForm, foldedText } from './folded-path.js';
import type { UnusualForm } from './unusual-forms.js';

/** Stands for a slash that is still encoded. No path has it: control characters are refused. */
const ENCODED_SLASH = '\0';

type Reading = (text: string) => string;

const inEachSegment =
  (change: Reading): Reading =>
  (text) =>
    text.split('/').map(change).join('/');

const before =
  (delimiter: RegExp): Reading =>
  (text) => {
    const at = text.search(delimiter);
    return at === -1 ? text : text.slice(0, at);
  };

/** What servers make of a form: they decode it, or drop it with what follows. */
const READINGS_OF_FORMS: Readonly<Record<UnusualForm, readonly Reading[]>> = {
  encoded_slash: [(text) => text.replaceAll(ENCODED_SLASH, '/')],
  semicolon: [inEachSegment(before(/;/)), before(/;/)],
  trailing_dot: [inEachSegment(withoutTrailers)],
  double_colon: [inEachSegment(before(/:[:$]/))],
  encoded_delimiter: [before(/[?#]/)],
};

const READINGS = Object.values(READINGS_OF_FORMS).flat();

/**
 * Every reading of a path with unusual forms, as folded segments. One server may change several forms, in any order,
 * and one form may hide another (`admin.;a`). Empty segments are left out, since some servers do that too.
 *
 * @param path canonical
 * @throws ProblemError 400 where a reading has a segment of dots, which leads elsewhere
 */
export function readingsOf(path: string): string[][] {
  const texts = new Set([compatibilityForm(path.replaceAll('%2F', '%00'))]);
  // A set also goes through what is added on the way.
  for (const text of texts) for (const read of READINGS) texts.add(read(text));
  return [...texts].map((text) => {
    const segments = text.split(`/`).filter((segment) => segment !== '');
    if (segments.some((segment) => withoutTrailers(segment) === '')) throw new ProblemError(400, DOTS);
    return segments.map(foldedText);
  });
}

const DOTS = 'The path of the request must not have dot segments.';

/** Without the dots and spaces at its end. */
function withoutTrailers(segment: string): string {
  let end = segment.length;
  while (end > 0 && (segment[end - 1] === '.' || segment[end - 1]!.trim() === '')) end -= 1;
  return segment.slice(0, end);
}
