import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsInt, Max, Min } from 'class-validator';
import { MayBeAbsent, MayBeNull } from '../../../platform/http/members.js';
import { ACCESS_TOKEN_FORMATS, type AccessTokenFormat } from '../../../protocol/access-token.js';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import { MAX_USER_DETAILS, UserDetail } from './user-details.dto.js';

const DAY = 24 * 60 * 60;

/** A lifetime; `null` goes back to the server's default. */
const Seconds =
  (most: number): PropertyDecorator =>
  (target, property) => {
    ApiPropertyOptional({
      type: 'integer',
      nullable: true,
      minimum: 1,
      maximum: most,
      description: 'Seconds; null for the default',
    })(target, property);
    MayBeNull()(target, property);
    IsInt({ message: 'must be a whole number of seconds' })(target, property);
    Min(1, { message: 'must be at least 1' })(target, property);
    Max(most, { message: `must be at most ${most}` })(target, property);
  };

/** What a registration says of the client's tokens. */
export class TokenMembers {
  @Seconds(3600)
  access_token_ttl?: number | null;

  @Seconds(30 * DAY)
  refresh_token_ttl?: number | null;

  @Seconds(30 * DAY)
  grant_ttl?: number | null;

  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 0,
    maximum: 60,
    description: 'Seconds in which a repeated refresh gets the same answer',
  })
  @MayBeNull()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(0, { message: 'must be at least 0' })
  @Max(60, { message: 'must be at most 60' })
  refresh_leeway?: number | null;

  @ApiPropertyOptional({
    type: [UserDetail],
    maxItems: MAX_USER_DETAILS,
    description:
      'What its tokens reveal of a person beside `sub`; at creation nothing, and a change replaces all of it',
    example: [
      { name: 'roles', display: true },
      { name: 'attributes.department', display: false },
    ],
  })
  @MayBeAbsent()
  @IsArray({ message: 'must be a list' })
  @ArrayMaxSize(MAX_USER_DETAILS, { message: `must have at most ${MAX_USER_DETAILS} entries` })
  user_details?: unknown[];

  @ApiPropertyOptional({
    enum: ACCESS_TOKEN_FORMATS,
    description:
      'At creation `jwt`; `opaque` for a random string whose claims stay here, for introspection and the gateway',
  })
  @MayBeAbsent()
  @IsIn(ACCESS_TOKEN_FORMATS, { message: `must be one of ${ACCESS_TOKEN_FORMATS.join(', ')}` })
  access_token_format?: AccessTokenFormat;

  @ApiPropertyOptional({ enum: SIGNING_ALGORITHMS, description: 'At creation ES256; of a JWT' })
  @MayBeAbsent()
  @IsIn(SIGNING_ALGORITHMS, { message: `must be one of ${SIGNING_ALGORITHMS.join(', ')}` })
  access_token_signing_alg?: SigningAlgorithm;
}
