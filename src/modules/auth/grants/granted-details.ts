import { Injectable } from '@nestjs/common';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { type ResourceOwner, userDetailsOf } from '../../../protocol/resource-owner.js';
import { type UserDetails, configuredDetails } from '../../../protocol/user-details.js';
import type { Client } from '../../clients/index.js';

/**
 * Bytes of JSON. In a token with the longest scope that a client may have, still half of what a request's header may
 * take here.
 */
const MOST_BYTES = 4096;

/** What a grant keeps of a person: the details that the client is configured with, as of now. */
@Injectable()
export class GrantedDetails {
  constructor(private readonly logger: AppLogger) {}

  /**
   * Details that fit into no header are left out, the attributes first, and all of them rather than some: a part would
   * pass for the whole. A sign-in does not fail for it; whoever decides by details finds none and refuses.
   */
  of(owner: ResourceOwner, client: Client): UserDetails {
    const details = configuredDetails(userDetailsOf(owner), client.userDetails);
    if (fits(details)) return details;
    const { attributes: _attributes, ...others } = details;
    const kept = fits(others) ? others : {};
    this.logger.warn(
      { client_id: client.clientId, sub: owner.sub, kept: Object.keys(kept) },
      `the details of a person exceed ${MOST_BYTES} bytes: what is not kept is left out of the grant`,
    );
    return kept;
  }
}

function fits(details: UserDetails): boolean {
  return Buffer.byteLength(JSON.stringify(details)) <= MOST_BYTES;
}
