import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Events } from '../../../platform/events/events.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { RefreshRepeated, RefreshTokenReused } from './refresh-token-events.js';

/** Logs refresh tokens that were presented more than once. */
@Injectable()
export class RefreshTokenLog implements OnModuleInit {
  constructor(
    private readonly events: Events,
    private readonly logger: AppLogger,
  ) {}

  onModuleInit(): void {
    this.events.on(RefreshRepeated, (event) =>
      this.logger.info(fieldsOf(event), 'a refresh was repeated within the leeway'),
    );
    this.events.on(RefreshTokenReused, (event) =>
      this.logger.warn(
        { ...fieldsOf(event), rotation_network: event.rotationNetwork },
        'a used refresh token came back: the grant has ended',
      ),
    );
  }
}

function fieldsOf({ grant, origin }: RefreshRepeated | RefreshTokenReused): object {
  return {
    client_id: grant.clientId,
    sub: grant.subject,
    grant_id: grant.id,
    network: origin.network,
    user_agent: origin.userAgent,
  };
}
