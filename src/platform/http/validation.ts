import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { type FieldError, InvalidInput } from '../../protocol/problem.js';

const NOT_A_MEMBER = 'is not a member of this request';

/** Names that class-transformer drops in silence, so that the validator never sees them. */
const DROPPED = ['__proto__', 'constructor'];

class StrictValidationPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const dropped = DROPPED.filter((name) => Object.hasOwn(Object(value) as object, name));
    if (dropped.length > 0) {
      throw new InvalidInput(dropped.map((name) => ({ pointer: `/${name}`, detail: NOT_A_MEMBER })));
    }
    return super.transform(value, metadata);
  }
}

/** Validates bodies and queries of the JSON APIs against their classes: an unknown member is a mistake, not noise. */
export function createValidationPipe(): ValidationPipe {
  return new StrictValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => new InvalidInput(errors.flatMap((error) => fieldErrors(error, ''))),
  });
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  // RFC 6901 §3: '~' and '/' are escaped in a pointer.
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    pointer,
    detail: rule === 'whitelistValidation' ? NOT_A_MEMBER : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, pointer))];
}
