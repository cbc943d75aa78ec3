import type { OnApplicationShutdown } from '@nestjs/common';
import type { DirectoryConfig, InternalConfig } from '../../../config/config.js';
import type { Clock } from '../../../platform/clock/clock.js';
import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { isPossible } from '../../../protocol/credentials.js';
import type { ResourceOwner } from '../../../protocol/resource-owner.js';
import { isPersonSubject } from '../../../protocol/subject.js';
import { Throttled } from '../../../protocol/throttled.js';
import { type Credentials, Directory, type SignInContext } from '../directory.js';
import type { SignInOutcome } from '../sign-in-outcome.js';
import { DirectoryConnection, type DirectoryResponse, type Operation } from './directory-connection.js';
import { DirectoryFailure } from './directory-failure.js';
import { DIRECTORY_LIMITS, type DirectoryLimits } from './directory-limits.js';
import { MalformedResponse, readOwner, readSignedInOwner } from './owner-response.js';
import { hasErrorCode, readJson } from './response-body.js';
import { secondsOf } from './retry-after.js';

/** Used when the directory sends no Retry-After. Seconds. */
const RETRY_AFTER = 5;

/**
 * A directory in another process: the identity role of this project or a team's own server, by the contract in
 * docs/contracts/identity.md. Only the two refusals of the contract count as refusals. Any other failure reveals nothing
 * about the user, so the client gets 503.
 */
export class RemoteDirectory extends Directory implements OnApplicationShutdown {
  private readonly connection: DirectoryConnection;

  /** @throws Error without IDENTITY_URL and INTERNAL_SECRET, which the configuration requires */
  constructor(
    config: DirectoryConfig,
    { secret }: InternalConfig,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    limits: DirectoryLimits = DIRECTORY_LIMITS,
  ) {
    super();
    if (config.url === undefined || secret === undefined) {
      throw new Error('A remote directory needs IDENTITY_URL and INTERNAL_SECRET.');
    }
    this.connection = new DirectoryConnection(config.url, config, secret, limits, logger);
  }

  async authenticate(
    credentials: Credentials,
    { clientId, ip, userAgent, requestId, disconnection }: SignInContext,
  ): Promise<SignInOutcome> {
    if (!isPossible(credentials)) return { outcome: 'refused', reason: 'credentials_too_long' };
    return this.reporting({ operation: 'authenticate', request_id: requestId }, async () => {
      const { username, password } = credentials;
      const body = { username, password, client_id: clientId, ip, user_agent: userAgent };
      const request = { method: 'POST', path: '/auth', body } as const;
      const response = await this.connection.send('authenticate', request, disconnection);
      if (response.status === 200) {
        return { outcome: 'signed_in', owner: readSignedInOwner(readJson(response), this.clock.seconds()) };
      }
      if (response.status === 401 && hasErrorCode(response, 'invalid_credentials')) {
        return { outcome: 'refused', reason: 'refused_by_directory' };
      }
      throw this.failureOf(response);
    });
  }

  async describe(sub: string, disconnection?: AbortSignal): Promise<ResourceOwner | undefined> {
    // Clients have subjects as well.
    if (!isPersonSubject(sub)) return undefined;
    return this.reporting({ operation: 'describe' }, async () => {
      const path = `/auth/users/${encodeURIComponent(sub)}`;
      const response = await this.connection.send('describe', { method: 'GET', path }, disconnection);
      if (response.status === 404 && hasErrorCode(response, 'unknown_person')) return undefined;
      if (response.status !== 200) throw this.failureOf(response);
      const owner = readOwner(readJson(response));
      if (owner.sub !== sub) throw new DirectoryFailure('it described another user than the requested one');
      return owner;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
  }

  /** Of a response that is neither a success nor a refusal of the contract. */
  private failureOf({ status, headers }: DirectoryResponse): Error {
    const retryAfter = secondsOf([headers['retry-after']].flat()[0], this.clock.now(), RETRY_AFTER);
    switch (status) {
      case 429:
        return new Throttled('The directory limits its callers', retryAfter);
      case 503:
        return new DirectoryFailure('it is overloaded', retryAfter);
      case 401:
        return new DirectoryFailure('it rejects INTERNAL_SECRET');
      case 403:
        return new DirectoryFailure('it rejects this process: it may require IDENTITY_CLIENT_CERT');
      default:
        return new DirectoryFailure(`it responded with ${status}: is IDENTITY_URL right?`);
    }
  }

  /** Logs each failure once: the client gets no reason. */
  private async reporting<T>(
    logged: { operation: Operation; request_id?: string },
    send: () => Promise<T>,
  ): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const failure =
        error instanceof MalformedResponse
          ? new DirectoryFailure(`its response is malformed: ${error.message}`)
          : error;
      if (failure instanceof DirectoryFailure) {
        this.logger.error({ ...logged, reason: failure.reason }, 'the directory sent no valid response');
      }
      throw failure;
    }
  }
}
