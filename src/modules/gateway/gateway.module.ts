import { Module } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { AppLogger } from '../../platform/logging/logging.module.js';
import { AccessTokensModule } from '../access/index.js';
import { GatewayDecision } from './decision/gateway-decision.js';
import { UpstreamDocuments } from './documents/upstream-documents.js';
import { AdminRoutesController } from './http/admin-routes.controller.js';
import { ForwardAuthController } from './http/forward-auth.controller.js';
import { GatewayEdge } from './http/gateway-edge.js';
import { Preflights } from './http/preflights.js';
import { Upgrades } from './http/upgrades.js';
import { UpstreamIdentity } from './identity/upstream-identity.js';
import { LimitsModule } from './limits/limits.module.js';
import { Forwarder } from './proxy/forwarder.js';
import { Tunnels } from './proxy/web-socket/tunnels.js';
import { UpstreamPools } from './proxy/targets/upstream-pools.js';
import { ActiveRoutes } from './routes/active-routes.js';
import { Upstreams } from './routes/upstreams.js';
import { DirectoryRequests } from './user-changes/directory-requests.js';

/** Stands in front of upstreams: decides about every call, and forwards it with the caller's identity. */
@Module({
  imports: [AccessTokensModule, LimitsModule],
  controllers: [AdminRoutesController, ForwardAuthController],
  providers: [
    ActiveRoutes,
    DirectoryRequests,
    {
      provide: Forwarder,
      inject: [UpstreamPools, AppLogger, Clock],
      useFactory: (pools: UpstreamPools, logger: AppLogger, clock: Clock) =>
        new Forwarder(pools, logger, clock),
    },
    GatewayDecision,
    GatewayEdge,
    Preflights,
    Tunnels,
    Upgrades,
    UpstreamDocuments,
    UpstreamIdentity,
    UpstreamPools,
    { provide: Upstreams, useExisting: UpstreamPools },
  ],
})
export class GatewayModule {}
