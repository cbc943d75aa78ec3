/**
 * A canonical username with a plain i for ı and for an i with a dot above it: the same for all names by which a user is
 * found. The store has the same expression in SQL.
 */
export function dotlessUsername(canonical: string): string {
  return canonical.replaceAll('i\u0307', 'i').replaceAll('\u0131', 'i');
}
