import type { Form } from '../../protocol/form.js';
import { InvalidRequest } from '../../protocol/oauth-error.js';

/** @throws InvalidRequest when the parameter is missing or empty (RFC 6749 §3.2 treats both alike) */
export function required(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new InvalidRequest(`The parameter ${name} is missing.`);
  return value;
}
