import type { OpenAPIObject } from '@nestjs/swagger';

const FORMATS: Record<string, RegExp> = {
  'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
};

/** The target of a local reference such as `#/components/schemas/UserAnswer`, or undefined. */
export function resolved(document: OpenAPIObject, reference: string): any {
  return reference
    .split('/')
    .slice(1)
    .reduce<any>((node, name) => node?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

/** A schema without the reference around it; what is not there allows anything. */
export function schemaOf(document: OpenAPIObject, schema: any): any {
  return schema?.$ref === undefined ? (schema ?? {}) : schemaOf(document, resolved(document, schema.$ref));
}

/**
 * What is wrong with a value by an OpenAPI 3.0 schema, as far as this project's schemas go; empty when nothing is. A
 * member that an object schema does not name is wrong, unless it says `additionalProperties` or names none at all.
 */
export function schemaFlaws(document: OpenAPIObject, given: any, value: any, at = ''): string[] {
  const schema = schemaOf(document, given);
  if (value === null) return acceptsNull(document, schema) ? [] : [`${at}: null is not allowed`];
  if (schema.oneOf !== undefined) {
    const matching = schema.oneOf.filter((one: any) => schemaFlaws(document, one, value, at).length === 0);
    return matching.length === 1 ? [] : [`${at}: matches ${matching.length} of oneOf`];
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at}: ${value} is not in enum`];
  switch (schema.type) {
    case undefined:
      return [];
    case 'object':
      return objectFlaws(document, schema, value, at);
    case 'array':
      if (!Array.isArray(value)) return [`${at}: is not an array`];
      return value.flatMap((item, index) => schemaFlaws(document, schema.items, item, `${at}/${index}`));
    case 'string':
      return typeof value === 'string' ? textFlaws(schema, value, at) : [`${at}: is not a string`];
    case 'integer':
      return Number.isInteger(value) ? rangeFlaws(schema, value, at) : [`${at}: is not an integer`];
    default:
      return typeof value === schema.type ? [] : [`${at}: is not a ${schema.type}`];
  }
}

function acceptsNull(document: OpenAPIObject, schema: any): boolean {
  if (schema.oneOf !== undefined)
    return schema.oneOf.some((one: any) => schemaOf(document, one).nullable === true);
  return schema.nullable === true && (schema.enum === undefined || schema.enum.includes(null));
}

function objectFlaws(document: OpenAPIObject, schema: any, value: any, at: string): string[] {
  if (typeof value !== 'object' || Array.isArray(value)) return [`${at}: is not an object`];
  const { properties = {}, required = [], additionalProperties } = schema;
  const isOpen = additionalProperties !== undefined || schema.properties === undefined;
  return [
    ...required
      .filter((name: string) => !Object.hasOwn(value, name))
      .map((name: string) => `${at}/${name}: is missing`),
    ...Object.entries(value).flatMap(([name, member]) => {
      if (Object.hasOwn(properties, name))
        return schemaFlaws(document, properties[name], member, `${at}/${name}`);
      return isOpen ? [] : [`${at}/${name}: is not in the schema`];
    }),
  ];
}

function textFlaws(
  { format, pattern, minLength = 0, maxLength = Infinity }: any,
  value: string,
  at: string,
): string[] {
  const length = Array.from(value).length;
  return [
    ...(length < minLength || length > maxLength ? [`${at}: has ${length} characters`] : []),
    ...(pattern !== undefined && !new RegExp(pattern).test(value) ? [`${at}: is not like ${pattern}`] : []),
    ...(FORMATS[format]?.test(value) === false ? [`${at}: is not a ${format}`] : []),
  ];
}

function rangeFlaws({ minimum = -Infinity, maximum = Infinity }: any, value: number, at: string): string[] {
  return value < minimum || value > maximum ? [`${at}: ${value} is out of range`] : [];
}
