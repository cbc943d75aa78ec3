import { FIELD_NAME, FILE, STRING, closed, listOf, shortOr } from './schema-terms.js';

const VALUE = {
  type: STRING,
  pattern: String.raw`^[^\x00-\x1F\x7F]{1,4096}$`,
  title: 'a text without control characters',
};

const VALUES = {
  type: 'object',
  minProperties: 1,
  propertyNames: FIELD_NAME,
  additionalProperties: shortOr(
    closed({ value_file: { ...FILE, title: 'the name of a file with the value, relative to this file' } }, [
      'value_file',
    ]),
    VALUE,
  ),
};

/** What a route changes in the header of requests or responses. */
export const headerRules = (description: string) => ({
  ...closed({
    set: { ...VALUES, description: 'In place of any field of that name' },
    add: { ...VALUES, description: 'Besides fields of that name' },
    remove: { ...listOf(FIELD_NAME), description: 'Names of fields that do not pass' },
  }),
  minProperties: 1,
  description,
});
