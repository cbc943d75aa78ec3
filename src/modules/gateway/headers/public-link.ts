import {
  type AnswerPlace,
  ForeignReference,
  type PublicReference,
  publicReference,
} from './public-location.js';

/** A quoted anchor, another quoted string, or a target in angle brackets. RFC 8288 §3. */
const PART = /(;\s*anchor\s*=\s*")([^"\\]*)(")|"(?:[^"\\]|\\.)*"|(<)([^<>]*)(>)/gi;

/**
 * `Link`: its targets and anchors. A link to another origin does not redirect the client, so it stays. RFC 8288.
 */
export function publicLink(value: string, place: AnswerPlace): PublicReference {
  let isOutside = false;
  const mapped = (reference: string): string => {
    try {
      const { text, isOutside: isThisOutside } = publicReference(reference, place);
      isOutside ||= isThisOutside;
      return text;
    } catch (error) {
      if (!(error instanceof ForeignReference)) throw error;
      isOutside = true;
      return reference;
    }
  };
  const text = value.replaceAll(PART, (part, ...groups: (string | undefined)[]) => {
    const [before, anchor, after, open, target, close] = groups;
    if (before !== undefined) return `${before}${mapped(anchor!)}${after}`;
    return open === undefined ? part : `${open}${mapped(target!)}${close}`;
  });
  return { text, isOutside };
}
