import { Injectable } from '@nestjs/common';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { type ResourceOwner, userDetailsOf } from '../../../protocol/resource-owner.js';
import { type UserDetails, configuredDetails } from '../../../protocol/user-details.js';
import type { Client } from '../../clients/index.js';

/** Bytes of JSON: with the longest scope of a client, a token still takes half of a request's header at most. */
const MAX_BYTES = 4096;

/** What a grant keeps of a user: the details that the client is configured with, as of now. */
@Injectable()
export class UserDetailsSnapshot {
  constructor(private readonly logger: AppLogger) {}

  /**
   * Details that do not fit into a header are left out: first all attributes, then all details. A part would be mistaken
   * for the whole. The sign-in succeeds; an API that decides by details finds none and refuses.
   */
  take(owner: ResourceOwner, client: Client): UserDetails {
    const details = configuredDetails(userDetailsOf(owner), client.userDetails);
    if (fits(details)) return details;
    const { attributes: _attributes, ...others } = details;
    const kept = fits(others) ? others : {};
    this.logger.warn(
      { client_id: client.clientId, sub: owner.sub, kept: Object.keys(kept) },
      `the details of a user exceed ${MAX_BYTES} bytes: the grant has only those that are named in kept`,
    );
    return kept;
  }
}

function fits(details: UserDetails): boolean {
  return Buffer.byteLength(JSON.stringify(details)) <= MAX_BYTES;
}
