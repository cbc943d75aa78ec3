import { createPublicKey } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { JWK } from 'jose';
import type { Agent } from 'undici';
import { InternalConfig } from '../../../config/config.js';
import { Clock } from '../../../platform/clock/clock.js';
import { loadUndici } from '../../../platform/http-client/undici.js';
import { skipInterimResponses } from '../../../platform/http-client/used-connection.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import { Overloaded } from '../../../protocol/overloaded.js';
import { type VerificationKey, VerificationKeys } from '../verification-keys.js';

/** How long a key set is good for where the gateway does not say, and at most. Seconds. */
const LONGEST_CACHED = 300;

/** How soon after a look another one may follow, whatever the reason: unknown key ids and failures alike. Seconds. */
const COOL_DOWN = 5;

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 64 * 1024;

/**
 * The gateway's published keys, fetched over HTTP and kept for as long as the gateway allows. RFC 7517 §5.
 *
 * A key set past its time is not used: a key that the gateway has withdrawn must stop counting even while the gateway
 * cannot be asked. Keys are published long before they sign, so the cool-down costs nobody an answer.
 */
@Injectable()
export class RemoteJwks extends VerificationKeys implements OnApplicationShutdown {
  private readonly agent: Agent;
  private keys: ReadonlyMap<string, VerificationKey> = new Map();
  private freshUntil = -Infinity;
  private lookedAt = -Infinity;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly config: InternalConfig,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {
    super();
    skipInterimResponses();
    const undici = loadUndici();
    this.agent = new undici.Agent({
      maxResponseSize: MAX_BYTES,
      connect: { ca: config.gatewayCa, rejectUnauthorized: true },
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  /** @throws Overloaded when there is no fresh key set */
  async find(kid: string): Promise<VerificationKey | undefined> {
    const known = this.isFresh() ? this.keys.get(kid) : undefined;
    if (known !== undefined) return known;
    await this.look();
    if (!this.isFresh()) throw new Overloaded('the keys of the gateway cannot be had', COOL_DOWN);
    return this.keys.get(kid);
  }

  private isFresh(): boolean {
    return this.clock.seconds() < this.freshUntil;
  }

  /** One look for everybody who waits, and none within the cool-down of the last. */
  private async look(): Promise<void> {
    if (this.looking === undefined && this.clock.seconds() - this.lookedAt < COOL_DOWN) return;
    this.looking ??= this.fetchKeys().finally(() => (this.looking = undefined));
    await this.looking;
  }

  private async fetchKeys(): Promise<void> {
    this.lookedAt = this.clock.seconds();
    try {
      const { statusCode, headers, body } = await loadUndici().request(
        `${this.config.gatewayUrl}/.well-known/jwks.json`,
        {
          dispatcher: this.agent,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        },
      );
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`the answer was ${statusCode}`);
      this.keys = keysOf(JSON.parse(text));
      this.freshUntil = this.clock.seconds() + maxAgeOf(headers['cache-control']);
    } catch (err) {
      this.logger.warn({ err }, 'the keys of the gateway could not be fetched');
    }
  }
}

function maxAgeOf(cacheControl: string | string[] | undefined): number {
  const [, seconds] = /(?:^|[\s,])max-age=(\d{1,9})/i.exec([cacheControl].flat().join(',')) ?? [];
  return seconds === undefined ? LONGEST_CACHED : Math.min(Number(seconds), LONGEST_CACHED);
}

/** The keys that could have signed an assertion; others in the set are somebody else's business. RFC 7517 §5. */
function keysOf(set: unknown): ReadonlyMap<string, VerificationKey> {
  const { keys } = set as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('the answer is no key set');
  const usable = (keys as JWK[]).filter(
    ({ kid, alg, use }) =>
      typeof kid === 'string' && use === 'sig' && (SIGNING_ALGORITHMS as readonly unknown[]).includes(alg),
  );
  return new Map(usable.map((jwk) => [jwk.kid!, keyOf(jwk)]));
}

function keyOf(jwk: JWK): VerificationKey {
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const algorithm = jwk.alg as SigningAlgorithm;
  const fits =
    algorithm === 'ES256'
      ? publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1'
      : (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  if (!fits) throw new Error(`a key of the set is none for ${algorithm}`);
  return { kid: jwk.kid!, algorithm, publicKey };
}
