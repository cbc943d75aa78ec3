const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * What a path reads like to a server that decodes it, ignores case, or takes compatibility forms for the letters they
 * resemble: `/%41dmin`, `/ADMIN`, `/admın` and `/ａｄｍｉｎ` are all `/admin`. Two paths with the same folded form may be the
 * same resource somewhere behind us, however different they are to us.
 * @param path canonical, so that both forms have the same number of segments
 */
export function foldedPath(path: string): string {
  if (!path.includes('%')) return path.toLowerCase();
  return foldedText(compatibilityForm(path));
}

/** Without case. Up and down again: ı and ſ have ASCII letters as their capitals. */
export function foldedText(text: string): string {
  // İ alone would become two code points, while Java compares it to i.
  return text.replaceAll('İ', 'I').toUpperCase().toLowerCase();
}

/** The decoded path in NFKC without what is not seen: U+FF0F is a slash there, U+2024 a dot, U+200B nothing. UAX #15. */
export function compatibilityForm(path: string): string {
  return decodeURIComponent(path).normalize('NFKC').replaceAll(IGNORABLE, '');
}
