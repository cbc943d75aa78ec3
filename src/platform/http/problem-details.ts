import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** A mistake in one member of a body or one parameter of a query. */
export class FieldProblem {
  @ApiProperty({
    description: 'JSON Pointer (RFC 6901) into the body, or into the query read as an object',
    example: '/title',
  })
  pointer: string;

  @ApiProperty({ example: 'must be a string' })
  detail: string;
}

/** The body of every refusal of the APIs, for the OpenAPI document. RFC 9457 §3.1. */
export class ProblemDetails {
  @ApiProperty({
    description: '`about:blank`: the status is all there is to the type',
    example: 'about:blank',
  })
  type: string;

  @ApiProperty({ example: 'Bad Request' })
  title: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status: number;

  @ApiPropertyOptional({ example: 'The request is invalid.' })
  detail?: string;

  @ApiPropertyOptional({ description: 'Finds the request in the log; the header X-Request-Id says it too' })
  request_id?: string;

  @ApiPropertyOptional({ type: [FieldProblem], description: 'What is wrong where, if that is the matter' })
  errors?: FieldProblem[];
}
