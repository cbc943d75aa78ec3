/** What must hold for every answer to a caller who was authenticated. RFC 9111 §3.5. */
const NO_STORE = 'no-store';

/**
 * `Cache-Control` of an answer to an authenticated caller: the upstream's own where it keeps shared caches out,
 * otherwise `no-store`. `private="field"` keeps only fields out, and beside `public` it is a contradiction.
 *
 * @param values every Cache-Control field of the answer
 */
export function cacheControl(values: readonly string[]): string {
  const directives = values.join(',').toLowerCase().split(',');
  const has = (directive: string): boolean => directives.some((found) => found.trim() === directive);
  const isPrivate = has(NO_STORE) || (has('private') && !has('public'));
  return isPrivate ? values.join(', ') : NO_STORE;
}
