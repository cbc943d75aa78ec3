import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  Allow,
  Validate,
  type ValidationArguments,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { PageAnswer } from '../../../platform/http/page.js';
import { MAX_BODY_BYTES, MAX_TITLE_CHARACTERS, titleFlaw } from '../document-limits.js';
import type { JsonValue } from '../json-value.js';
import type { Resource } from '../resource.js';

const TITLE = {
  type: String,
  minLength: 1,
  maxLength: MAX_TITLE_CHARACTERS,
  description: 'Text without control characters',
  example: 'Delivery 2041',
};

const BODY = {
  oneOf: [
    { type: 'object', nullable: true, additionalProperties: true },
    { type: 'array', items: {} },
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
  ],
  description: `Any JSON value of at most ${MAX_BODY_BYTES} bytes; numbers are 64-bit floats (RFC 8259 section 6)`,
  example: { status: 'packed', lines: [{ article: 'A-7', quantity: 3 }], note: null },
};

@ValidatorConstraint({ name: 'isTitle' })
class IsTitle implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return titleFlaw(value) === undefined;
  }

  defaultMessage({ value }: ValidationArguments): string {
    return titleFlaw(value) ?? '';
  }
}

export class CreateResource {
  @ApiProperty(TITLE)
  @Validate(IsTitle)
  title: string;

  @ApiPropertyOptional({ ...BODY, default: null })
  @Allow()
  body: JsonValue = null;
}

export class ReplaceResource extends CreateResource {}

/** Documents what `ParseResourcePatch` takes. */
export class ChangeResource {
  @ApiPropertyOptional({ ...TITLE, example: 'Delivery 2041, delayed' })
  title?: string;

  @ApiPropertyOptional({
    ...BODY,
    description:
      'Merged into the body that is there: null removes a member, and anything but an object replaces',
    example: { status: 'shipped', note: null },
  })
  body?: JsonValue;
}

export class ResourceAnswer {
  @ApiProperty({ format: 'uuid', example: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10' })
  id: string;

  @ApiProperty({
    description: 'The person, or the client by itself, that it belongs to',
    example: '019a9f3e-5b0c-7e41-8a6d-91c2f0d7e355',
  })
  owner: string;

  @ApiProperty(TITLE)
  title: string;

  @ApiProperty(BODY)
  body: JsonValue;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'One more with every change', example: 1 })
  version: number;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:04.120Z' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:04.120Z' })
  updated_at: string;
}

export class ResourceList extends PageAnswer {
  @ApiProperty({ type: [ResourceAnswer] })
  items: ResourceAnswer[];
}

export function resourceAnswerOf(resource: Resource): ResourceAnswer {
  return {
    id: resource.id,
    owner: resource.owner,
    title: resource.title,
    body: resource.body,
    version: resource.version,
    created_at: resource.createdAt.toISOString(),
    updated_at: resource.updatedAt.toISOString(),
  };
}
