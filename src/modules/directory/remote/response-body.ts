import type { DirectoryResponse } from './directory-connection.js';
import { MalformedResponse } from './owner-response.js';

const JSON_MEDIA_TYPE = /^application\/json[\t ]*(;[\t ]*charset="?utf-8"?[\t ]*)?$/i;

/** @throws MalformedResponse when the body is not JSON in UTF-8, or the Content-Type is another one */
export function readJson({ headers, body }: DirectoryResponse): unknown {
  if (!JSON_MEDIA_TYPE.test(headers['content-type'] ?? '')) {
    throw new MalformedResponse('', 'must be application/json');
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The message of JSON.parse quotes the text.
    throw new MalformedResponse('', 'must be JSON in UTF-8');
  }
}

/** Whether the body has this `error`: a proxy in front of the directory sends the same status without it. */
export function hasErrorCode(response: DirectoryResponse, code: string): boolean {
  try {
    const json = readJson(response);
    return (
      typeof json === 'object' &&
      json !== null &&
      Object.hasOwn(json, 'error') &&
      (json as { error: unknown }).error === code
    );
  } catch {
    return false;
  }
}
