import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { type FieldError, InvalidInput } from '../../protocol/problem.js';
import { handingOnMembers } from './parsed-members.js';

const NOT_A_MEMBER = 'is not a member of this request';
const NOT_AN_OBJECT = 'must be a JSON object';
const NOT_ONCE = 'must be given once';

/**
 * What every object inherits. class-transformer drops some of these names in silence, and class-validator finds the
 * others on its own table of rules and takes them for known.
 */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

class StrictValidationPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const unseen = INHERITED.filter((name) => Object.hasOwn(Object(value) as object, name));
    if (unseen.length > 0) {
      throw new InvalidInput(unseen.map((name) => ({ pointer: `/${name}`, detail: NOT_A_MEMBER })));
    }
    // Nest takes it for an empty object.
    if (value === null && metadata.type === 'body')
      throw new InvalidInput([{ pointer: '', detail: NOT_AN_OBJECT }]);
    if (metadata.type === 'query') refuseRepeated(value);
    return super.transform(value, metadata);
  }

  /** Nest would drop members called `constructor` and `prototype` in silence. `parseJson` refused what is harmful. */
  protected override stripProtoKeys(): void {}
}

/** @throws InvalidInput for a query parameter that is there more than once: readers differ on which one counts */
function refuseRepeated(query: unknown): void {
  const repeated = Object.entries(Object(query) as object).filter(([, value]) => Array.isArray(value));
  if (repeated.length === 0) return;
  throw new InvalidInput(repeated.map(([name]) => ({ pointer: `/${name}`, detail: NOT_ONCE })));
}

/** Validates bodies and queries of the JSON APIs against their classes: an unknown member is a mistake, not noise. */
export function createValidationPipe(): ValidationPipe {
  return new StrictValidationPipe({
    transformerPackage: handingOnMembers,
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false },
    exceptionFactory: (errors) => new InvalidInput(errors.flatMap((error) => fieldErrors(error, ''))),
  });
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  // RFC 6901 §3: '~' and '/' are escaped in a pointer.
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.entries(error.constraints ?? {});
  return [
    ...own.slice(-1).map(([rule, message]) => ({ pointer, detail: detailOf(rule, message, error.value) })),
    ...(error.children ?? []).flatMap((child) => fieldErrors(child, pointer)),
  ];
}

/** One sentence for a member: what it lacks first. class-validator names the rule that stands on top last. */
function detailOf(rule: string, message: string, value: unknown): string {
  if (rule === 'whitelistValidation') return NOT_A_MEMBER;
  return value === undefined ? 'is required' : message;
}
