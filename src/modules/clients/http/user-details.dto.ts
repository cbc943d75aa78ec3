import { ApiProperty } from '@nestjs/swagger';
import { InvalidInput } from '../../../protocol/problem.js';
import { type ConfiguredDetail, USER_DETAILS, isConfigurableDetail } from '../../../protocol/user-details.js';

/** Every user detail, and a few attributes one by one. */
export const MAX_USER_DETAILS = 64;

const NAMES = USER_DETAILS.join(', ');

/** A user detail of a client, in requests and answers alike. */
export class UserDetail {
  @ApiProperty({
    type: String,
    pattern: `^(${USER_DETAILS.join('|')}|attributes\\.[A-Za-z0-9_.-]{1,64})$`,
    description:
      '`attributes.department` is that attribute, and goes before `attributes`, which is all of them',
    example: 'roles',
  })
  name: ConfiguredDetail['name'];

  @ApiProperty({
    description:
      'true: in the access token, and told to the client. false: told to resource servers that introspect the token, and ' +
      'to upstreams of the gateway, alone',
    example: true,
  })
  display: boolean;
}

/** Reads `user_details`. @throws InvalidInput with a pointer to what is wrong */
export function parseUserDetails(entries: readonly unknown[]): ConfiguredDetail[] {
  return entries.map((entry, at) => {
    const pointer = `/user_details/${at}`;
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      throw new InvalidInput([{ pointer, detail: 'must be an object with name and display' }]);
    }
    if (!Object.keys(entry).every((member) => member === 'name' || member === 'display')) {
      throw new InvalidInput([{ pointer, detail: 'must have no members but name and display' }]);
    }
    const { name, display } = entry as { name?: unknown; display?: unknown };
    if (typeof name !== 'string' || !isConfigurableDetail(name)) {
      const detail = `must be one of ${NAMES}, or attributes. and the name of an attribute`;
      throw new InvalidInput([{ pointer: `${pointer}/name`, detail }]);
    }
    if (typeof display !== 'boolean') {
      throw new InvalidInput([{ pointer: `${pointer}/display`, detail: 'must be true or false' }]);
    }
    return { name, display };
  });
}
