import { Injectable } from '@nestjs/common';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { type Grant, GrantRegistry } from '../../tokens/index.js';

/**
 * Ends grants whose tokens did not reach a client. Otherwise a live session would exist that no client and no user
 * knows.
 */
@Injectable()
export class UndeliveredGrants {
  constructor(
    private readonly grants: GrantRegistry,
    private readonly logger: AppLogger,
  ) {}

  /** @param disconnection of the request that began the grant; it is aborted until the last byte of the response is sent */
  endOnDisconnection(grant: Grant, disconnection: AbortSignal): void {
    const end = (): void => void this.end(grant);
    if (disconnection.aborted) end();
    else disconnection.addEventListener('abort', end, { once: true });
  }

  /** A failure is only logged, so it hides no error of the request. */
  async end({ id, clientId, subject }: Grant): Promise<void> {
    try {
      await this.grants.end(id, 'undelivered');
    } catch (err) {
      this.logger.error(
        { err, grant_id: id, client_id: clientId, sub: subject },
        'a session whose tokens were not delivered could not be ended: end it with DELETE /admin/sessions/{grant_id}',
      );
    }
  }
}
