import { isSecretSetting } from '../../../../config/secret-settings.js';

/** Environment variables that a routes file may name. */
export type Variables = Readonly<Record<string, string>>;

/** A value with its variables, or what is wrong with it. */
export type Substituted = { value: string | number | boolean } | { detail: string };

/** `$${` is the text `${`; the other alternatives are a variable, and what looks like one. */
const REFERENCE = /\$\$\{|\$\{([^{}$]*)\}|\$\{/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Puts the values of environment variables into a scalar that was parsed already, so that a value is never YAML. Errors
 * never contain a value.
 * @param isPlain whether the scalar stands without quotes; `${NAME}` alone is then typed as other plain scalars are
 */
export function substituted(text: string, isPlain: boolean, variables: Variables): Substituted {
  let detail: string | undefined;
  const value = text.replaceAll(REFERENCE, (reference, name: string | undefined) => {
    if (reference === '$${') return '${';
    const found = name !== undefined && Object.hasOwn(variables, name) ? variables[name] : undefined;
    detail ??= objectionTo(name, found);
    return found ?? '';
  });
  if (detail !== undefined) return { detail };
  const isWhole = isPlain && /^\$\{[A-Za-z0-9_]+\}$/.test(text);
  return { value: isWhole ? typed(value) : value };
}

function objectionTo(name: string | undefined, value: string | undefined): string | undefined {
  if (name === undefined || !NAME.test(name)) {
    return 'has a ${ without the name of an environment variable; the text itself is written $${';
  }
  if (isSecretSetting(name)) return `names ${name}, which is a secret of this server`;
  if (value === undefined || value === '') return `names the environment variable ${name}, which is not set`;
  return undefined;
}

/** Whole numbers and booleans of the core schema, as far as routes have them. YAML 1.2 §10.3.2. */
function typed(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^\d{1,15}$/.test(value) ? Number(value) : value;
}
