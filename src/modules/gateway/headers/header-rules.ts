import { type NameTest, canonicalName } from './field-name.js';
import { type HeaderTemplate, type TemplateValues, renderTemplate } from './header-template.js';

/** A field that a route gives a value. */
export interface HeaderRule {
  name: string;
  value: HeaderTemplate;
}

/** What a route changes in the header of requests or responses. */
export interface HeaderRules {
  /** Replaces every field of that name, even if the value cannot be made. */
  set: readonly HeaderRule[];
  /** Added to fields of that name. */
  add: readonly HeaderRule[];
  /** Names of fields that do not pass. */
  remove: readonly string[];
}

export const NO_RULES: HeaderRules = Object.freeze({ set: [], add: [], remove: [] });

/** Whether the rules drop or replace the fields of a name. */
export function removedBy({ set, remove }: HeaderRules): NameTest {
  const names = new Set([...set.map(({ name }) => name), ...remove].map(canonicalName));
  return (name) => names.has(name);
}

/** The fields of the rules, in the form of `rawHeaders`. */
export function ruledFields({ set, add }: HeaderRules, values: TemplateValues): string[] {
  return [...set, ...add].flatMap(({ name, value }) => {
    const text = renderTemplate(value, values);
    return text === undefined ? [] : [name, text];
  });
}
