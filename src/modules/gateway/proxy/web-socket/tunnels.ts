import type { Duplex } from 'node:stream';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../../../platform/clock/clock.js';
import { AppLogger } from '../../../../platform/logging/logging.module.js';
import { BearerError } from '../../../../protocol/bearer-error.js';
import { ProblemError } from '../../../../protocol/problem.js';
import type { Admission } from '../admission.js';
import { ExchangeLog } from '../exchange-log.js';
import { Revalidation } from '../revalidation.js';
import { OpeningHandshake, type UpgradeRequest } from './opening-handshake.js';
import { Tunnel } from './tunnel.js';
import { UpstreamPools } from '../targets/upstream-pools.js';
import { CLOSE_CODE } from './web-socket-frames.js';

/** WebSocket connections between clients and upstreams. */
@Injectable()
export class Tunnels implements OnModuleDestroy {
  private readonly open = new Set<Tunnel>();
  private isClosing = false;
  private readonly log: ExchangeLog;

  constructor(
    private readonly pools: UpstreamPools,
    private readonly clock: Clock,
    logger: AppLogger,
  ) {
    this.log = new ExchangeLog(logger);
  }

  /**
   * Tells every client that this server goes away, and ends its connection; so for those whose handshake is under way. A
   * server that ends waits for its connections, and these do not end by themselves.
   */
  async onModuleDestroy(): Promise<void> {
    this.isClosing = true;
    const tunnels = [...this.open];
    for (const tunnel of tunnels) tunnel.end(CLOSE_CODE.goingAway, 'The server is stopping.');
    await Promise.all(tunnels.map(async ({ closed }) => closed));
  }

  /**
   * Takes an admitted handshake to an upstream of its route. If that accepts it, bytes pass both ways until either side
   * ends, nothing moves for the route's idle time, or the terms are over; any other answer is passed on, and the
   * connection closed. The promise is fulfilled at the end of all that. The route's total time is for the handshake.
   *
   * @throws ProblemError while nothing is written to the socket, never after: as `Forwarder.forward` does, and 400 or
   *   426 for what is no handshake
   */
  async tunnel(admission: Admission, upgrade: UpgradeRequest): Promise<void> {
    const { socket } = upgrade;
    const { route } = admission;
    if (!route.webSocket) throw new ProblemError(400, 'This path takes no WebSocket connections.');
    const target = this.pools.choose({ route, caller: admission.caller, hasBody: false });
    const handshake = new OpeningHandshake(admission, upgrade, target, this.log);
    const leave = target.enter(admission.caller);
    try {
      const upstream = await handshake.take();
      if (upstream !== undefined) await this.join(socket, upstream, admission);
    } finally {
      void handshake.over.then(leave);
    }
  }

  private async join(client: Duplex, upstream: Duplex, { route, terms }: Admission): Promise<void> {
    const tunnel = new Tunnel(client, upstream, route.timeouts.idle);
    this.open.add(tunnel);
    if (this.isClosing) tunnel.end(CLOSE_CODE.goingAway, 'The server is stopping.');
    const revalidation = new Revalidation(terms, this.clock, (refusal) =>
      tunnel.end(CLOSE_CODE.policyViolation, closeReason(refusal)),
    );
    await tunnel.closed;
    revalidation.stop();
    this.open.delete(tunnel);
  }
}

function closeReason(refusal: Error): string {
  return refusal instanceof BearerError ? 'The access token has ended.' : 'The path is no longer served.';
}
