import {
  type AnswerPlace,
  ForeignReference,
  type PublicReference,
  publicLocation,
} from './public-location.js';

/** Seconds, and after a separator the URL, as browsers read it. HTML, "shared declarative refresh steps". */
const REFRESH = /^\s*(\d+)[\d.]*\s*(?:[;,\s]\s*(?:url\s*=\s*)?(.*))?$/is;
const QUOTED = /^(["'])(.*?)(?:\1|$)/s;

/**
 * `Refresh`: a delayed redirect, so its URL follows the rules of `Location`.
 * @throws ForeignReference
 */
export function publicRefresh(value: string, place: AnswerPlace): PublicReference {
  const [, seconds, rest = ''] = REFRESH.exec(value) ?? [];
  if (seconds === undefined) throw new ForeignReference();
  const url = QUOTED.exec(rest)?.[2] ?? rest;
  if (url.trim() === '') return { text: seconds, isOutside: false };
  const { text, isOutside } = publicLocation(url, place);
  return { text: `${seconds}; url=${text}`, isOutside };
}
