import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { claimOf } from '../identity/claim-of.js';

/** A field value of a route: texts, and what is put between them for each request. */
export type HeaderTemplate = readonly (string | TemplateField)[];

export type TemplateField = { readonly field: 'request_id' | 'client_ip' } | { readonly claim: string };

/** What the fields of a template stand for in one request. */
export interface TemplateValues {
  requestId: string;
  clientIp: string;
  /** Undefined on a public route. */
  claims: AccessTokenClaims | undefined;
}

/** `{request_id}`, `{client_ip}`, `{claim:<name>}`; `{{` and `}}` are braces. */
const PART = /\{\{|\}\}|\{(request_id|client_ip|claim:[A-Za-z_][A-Za-z0-9_.-]{0,63})\}|[^{}]+|[{}]/g;

/** @returns undefined for an unmatched brace */
export function parseTemplate(text: string): HeaderTemplate | undefined {
  const parts: (string | TemplateField)[] = [];
  for (const [part, field] of text.matchAll(PART)) {
    if (part === '{' || part === '}') return undefined;
    if (field === undefined) parts.push(part === '{{' || part === '}}' ? part[0]! : part);
    else if (field.startsWith('claim:')) parts.push({ claim: field.slice('claim:'.length) });
    else parts.push({ field: field as 'request_id' | 'client_ip' });
  }
  return parts;
}

/**
 * The value for one request, as UTF-8 with one character for each byte.
 * @returns undefined if a claim is missing or cannot be a field value; the field is then left out
 */
export function renderTemplate(template: HeaderTemplate, values: TemplateValues): string | undefined {
  let value = '';
  for (const part of template) {
    const text = typeof part === 'string' ? part : valueOf(part, values);
    if (text === undefined) return undefined;
    value += text;
  }
  return isFieldValue(value) ? Buffer.from(value, 'utf8').toString('latin1') : undefined;
}

/**
 * Refuses control characters such as line breaks (RFC 9110 §5.5), and the empty value, which some servers take for
 * another value.
 */
export function isFieldValue(value: string): boolean {
  return value !== '' && value.trim() === value && !/\p{Cc}/u.test(value);
}

function valueOf(part: TemplateField, { requestId, clientIp, claims }: TemplateValues): string | undefined {
  if ('field' in part) return part.field === 'request_id' ? requestId : clientIp;
  const claim = claimOf(claims, part.claim);
  const values = [claim].flat();
  const isText = values.every((value) => ['string', 'number', 'boolean'].includes(typeof value));
  // An element with a comma would be read as two.
  if (
    values.length === 0 ||
    !isText ||
    (Array.isArray(claim) && values.some((value) => String(value).includes(',')))
  )
    return undefined;
  return values.join(',');
}
