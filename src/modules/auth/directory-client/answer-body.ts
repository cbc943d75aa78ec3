import type { DirectoryAnswer } from './directory-connection.js';
import { MalformedAnswer } from './owner-answer.js';

const JSON_MEDIA_TYPE = /^application\/json[\t ]*(;[\t ]*charset="?utf-8"?[\t ]*)?$/i;

/** @throws MalformedAnswer when the body is not JSON in UTF-8, or does not say so */
export function jsonOf({ headers, body }: DirectoryAnswer): unknown {
  if (!JSON_MEDIA_TYPE.test(headers['content-type'] ?? '')) {
    throw new MalformedAnswer('', 'must be application/json');
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // What JSON.parse says quotes the text.
    throw new MalformedAnswer('', 'must be JSON in UTF-8');
  }
}

/** Whether an answer is the directory's own word, and not that of something before it which knows the status alone. */
export function saysError(answer: DirectoryAnswer, error: string): boolean {
  try {
    const said = jsonOf(answer);
    return (
      typeof said === 'object' &&
      said !== null &&
      Object.hasOwn(said, 'error') &&
      (said as { error: unknown }).error === error
    );
  } catch {
    return false;
  }
}
