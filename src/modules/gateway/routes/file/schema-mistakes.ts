import { createRequire } from 'node:module';
import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Finding, Place } from './routes-error.js';
import { ROUTES_SCHEMA } from './routes-schema.js';

const require = createRequire(import.meta.url);
let compiled: ValidateFunction | undefined;

/** Loads the validator and compiles the schema at the first call: a process without a routes file needs neither. */
function validator(): ValidateFunction {
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  return (compiled ??= new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(
    ROUTES_SCHEMA,
  ));
}

/** What the schema has against a document: every place once or more, in the order of the schema. */
export function schemaMistakesIn(value: unknown): Finding[] {
  const validate = validator();
  if (validate(value)) return [];
  const findings = (validate.errors ?? []).flatMap(findingOf);
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function findingOf(error: ErrorObject): Finding[] {
  const place = placeOf(error.instancePath);
  const { keyword, params, propertyName } = error;
  switch (keyword) {
    case 'if':
      // What the branch has against it comes beside this.
      return [];
    case 'required':
      return [{ place: [...place, params['missingProperty'] as string], detail: 'is required' }];
    case 'dependentRequired':
      return [
        {
          place: [...place, params['missingProperty'] as string],
          detail: `is required with ${params['property']}`,
        },
      ];
    case 'additionalProperties':
      return [{ place: [...place, params['additionalProperty'] as string], detail: 'is not a member' }];
    case 'propertyNames':
      return [{ place: [...place, params['propertyName'] as string], detail: mustBe(titleOf(error.schema)) }];
    default:
      return propertyName === undefined ? [{ place, detail: detailOf(error) }] : [];
  }
}

const DETAILS: Readonly<Record<string, (params: ErrorObject['params']) => string>> = {
  type: ({ type }) => mustBe([type].flat().map(nameOf).join(' or ')),
  enum: ({ allowedValues }) => mustBe(`one of ${(allowedValues as string[]).join(', ')}`),
  minItems: () => 'must not be empty',
  maxItems: ({ limit }) => `must have at most ${limit} entries`,
  minProperties: () => 'must not be empty',
  uniqueItems: () => 'must not have an entry twice',
  'false schema': () => 'is not for a public route',
};

function detailOf({ keyword, params, parentSchema }: ErrorObject): string {
  const title = titleOf(parentSchema);
  return title === undefined ? (DETAILS[keyword]?.(params) ?? `breaks the rule ${keyword}`) : mustBe(title);
}

function titleOf(schema: unknown): string | undefined {
  return (schema as { title?: string } | undefined)?.title;
}

function mustBe(what: string | undefined): string {
  return `must be ${what}`;
}

const NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  object: 'an object',
  string: 'a text',
};

function nameOf(type: unknown): string {
  return NAMES[String(type)] ?? String(type);
}

function placeOf(pointer: string): Place {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
