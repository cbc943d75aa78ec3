/**
 * One value of several of `Vary`: each name once, in its first spelling, as names are the same in any case. RFC 9110
 * §12.5.5, where `*` stands for everything.
 */
export function mergedVary(values: readonly string[]): string {
  const names = values
    .flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.includes('*')) return '*';
  const folded = names.map((name) => name.toLowerCase());
  return names.filter((_, at) => folded.indexOf(folded[at]!) === at).join(', ');
}
