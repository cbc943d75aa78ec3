import {
  type ValidationArguments,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { MAX_ATTRIBUTES, objectionToAttributes } from '../../../protocol/user-attributes.js';

/** How OpenAPI describes `attributes`, in requests and answers alike. */
export const ATTRIBUTES = {
  type: 'object' as const,
  maxProperties: MAX_ATTRIBUTES,
  additionalProperties: {
    oneOf: [
      { type: 'string' },
      { type: 'number' },
      { type: 'boolean' },
      { type: 'array', items: { type: 'string' } },
    ],
  },
  example: { department: 'Freight', cost_centre: 4711, sites: ['Basel', 'Brno'] },
};

@ValidatorConstraint({ name: 'isAttributes' })
export class IsAttributes implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return objectionToAttributes(value) === undefined;
  }

  defaultMessage({ value }: ValidationArguments): string {
    return objectionToAttributes(value) ?? '';
  }
}
