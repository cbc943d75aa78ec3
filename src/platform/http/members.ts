import { ValidateIf } from 'class-validator';

/** The member may be left out; when it is there, `null` included, its other rules hold. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** The member may be left out or be null, which is a value of its own. */
export function MayBeNull(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined && value !== null);
}
