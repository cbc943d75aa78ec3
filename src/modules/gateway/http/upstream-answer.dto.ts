import { ApiProperty } from '@nestjs/swagger';
import type { Route, Upstream } from '../routes/route.js';

export const MILLISECONDS = 'Milliseconds';

class UpstreamTlsAnswer {
  @ApiProperty({
    description: 'Whether an authority of its own signs the certificates of the targets',
    example: true,
  })
  custom_ca: boolean;

  @ApiProperty({ description: 'Whether this gateway shows a certificate', example: false })
  client_certificate: boolean;

  @ApiProperty({ type: String, nullable: true, example: 'orders.internal' })
  server_name: string | null;
}

class BreakerAnswer {
  @ApiProperty({ type: 'integer', example: 5 })
  failures: number;

  @ApiProperty({ type: 'integer', description: MILLISECONDS, example: 10_000 })
  open_ms: number;
}

class HealthAnswer {
  @ApiProperty({ example: '/health/ready' })
  path: string;

  @ApiProperty({ type: 'integer', description: MILLISECONDS, example: 10_000 })
  interval_ms: number;

  @ApiProperty({ type: 'integer', description: MILLISECONDS, example: 2_000 })
  timeout_ms: number;
}

export class UpstreamAnswer {
  @ApiProperty({ type: [String], example: ['https://orders.internal:8443'] })
  targets: readonly string[];

  @ApiProperty({ example: '/api' })
  strip_prefix: string;

  @ApiProperty({ example: '/v2' })
  add_prefix: string;

  @ApiProperty({
    type: UpstreamTlsAnswer,
    nullable: true,
    description: 'Null: the authorities of the system',
    example: null,
  })
  tls: UpstreamTlsAnswer | null;

  @ApiProperty({ type: 'integer', example: 256 })
  max_in_flight: number;

  @ApiProperty()
  breaker: BreakerAnswer;

  @ApiProperty({ type: HealthAnswer, nullable: true, example: null })
  health: HealthAnswer | null;
}

/** Where a route leads, with its prefixes; certificates and keys stay here. */
export function upstreamAnswerOf({ upstream, stripPrefix, addPrefix }: Route): UpstreamAnswer {
  const { targets, tls, maxInFlight, breaker, health } = upstream;
  return {
    targets,
    strip_prefix: stripPrefix,
    add_prefix: addPrefix,
    tls: tlsAnswerOf(tls),
    max_in_flight: maxInFlight,
    breaker: { failures: breaker.failures, open_ms: breaker.openMs },
    health: health
      ? { path: health.path, interval_ms: health.intervalMs, timeout_ms: health.timeoutMs }
      : null,
  };
}

/** That there are certificates, never which. */
function tlsAnswerOf(tls: Upstream['tls']): UpstreamTlsAnswer | null {
  if (tls === undefined) return null;
  const { ca, certificate, serverName } = tls;
  return {
    custom_ca: ca !== undefined,
    client_certificate: certificate !== undefined,
    server_name: serverName ?? null,
  };
}
