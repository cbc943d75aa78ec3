import type { OnApplicationShutdown } from '@nestjs/common';
import type { DirectoryConfig, InternalConfig } from '../../../config/config.js';
import type { Clock } from '../../../platform/clock/clock.js';
import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { isPossible } from '../../../protocol/credentials.js';
import type { ResourceOwner, SignedInOwner } from '../../../protocol/resource-owner.js';
import { isPersonSubject } from '../../../protocol/subject.js';
import { Throttled } from '../../../protocol/throttled.js';
import { ResourceOwnerAuthenticator, type SignInContext } from '../resource-owner-authenticator.js';
import { jsonOf, saysError } from './answer-body.js';
import { type DirectoryAnswer, DirectoryConnection } from './directory-connection.js';
import { DirectoryFailure } from './directory-failure.js';
import { DIRECTORY_LIMITS, type DirectoryLimits } from './directory-limits.js';
import { MalformedAnswer, readOwner, readSignedInOwner } from './owner-answer.js';
import { secondsOf } from './retry-after.js';

/** What a caller waits where the directory names no time. Seconds. */
const RETRY_AFTER = 5;

/**
 * People as another process knows them: this project's identity role or a team's own directory, by the contract in
 * docs/contracts/identity.md. Only its two words of refusal count as one; whatever else goes wrong says nothing about
 * the person, and answers 503.
 */
export class RemoteDirectory extends ResourceOwnerAuthenticator implements OnApplicationShutdown {
  private readonly connection: DirectoryConnection;

  /** @throws Error without IDENTITY_URL and INTERNAL_SECRET, which the configuration demands where this is used */
  constructor(
    config: DirectoryConfig,
    { secret }: InternalConfig,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    limits: DirectoryLimits = DIRECTORY_LIMITS,
  ) {
    super();
    if (config.url === undefined || secret === undefined) {
      throw new Error('A directory elsewhere needs IDENTITY_URL and INTERNAL_SECRET.');
    }
    this.connection = new DirectoryConnection(config.url, config, secret, limits, logger);
  }

  async authenticate(
    username: string,
    password: string,
    { clientId, ip, userAgent, disconnection }: SignInContext,
  ): Promise<SignedInOwner | undefined> {
    if (!isPossible({ username, password })) return undefined;
    return this.reporting('authenticate', async () => {
      const body = {
        username,
        password,
        client_id: clientId,
        ip,
        user_agent: userAgent,
      };
      const question = { method: 'POST', path: '/auth', body } as const;
      const answer = await this.connection.ask('authenticate', question, disconnection);
      if (answer.status === 200) return readSignedInOwner(jsonOf(answer), this.clock.seconds());
      if (answer.status === 401 && saysError(answer, 'invalid_credentials')) return undefined;
      throw this.refusalOf(answer);
    });
  }

  async describe(sub: string, disconnection?: AbortSignal): Promise<ResourceOwner | undefined> {
    // A client that acts for itself has a subject as well.
    if (!isPersonSubject(sub)) return undefined;
    return this.reporting('describe', async () => {
      const path = `/auth/users/${encodeURIComponent(sub)}`;
      const answer = await this.connection.ask('describe', { method: 'GET', path }, disconnection);
      if (answer.status === 404 && saysError(answer, 'unknown_person')) return undefined;
      if (answer.status !== 200) throw this.refusalOf(answer);
      const owner = readOwner(jsonOf(answer));
      if (owner.sub !== sub) throw new DirectoryFailure('it described another person than was asked for');
      return owner;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
  }

  /** Anything but the answer that was hoped for. */
  private refusalOf({ status, headers }: DirectoryAnswer): Error {
    const retryAfter = secondsOf([headers['retry-after']].flat()[0], this.clock.now(), RETRY_AFTER);
    switch (status) {
      case 429:
        return new Throttled('The directory of people limits its callers', retryAfter);
      case 503:
        return new DirectoryFailure('it is overloaded', retryAfter);
      case 401:
        return new DirectoryFailure('it does not take INTERNAL_SECRET');
      case 403:
        return new DirectoryFailure('it does not let this process in: it may want IDENTITY_CLIENT_CERT');
      default:
        return new DirectoryFailure(`it answered ${status}: is IDENTITY_URL right?`);
    }
  }

  /** One line in the log for each failure, which callers are told nothing about. */
  private async reporting<T>(question: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      const failure =
        error instanceof MalformedAnswer
          ? new DirectoryFailure(`its answer is malformed: ${error.message}`)
          : error;
      if (failure instanceof DirectoryFailure) {
        this.logger.error(
          { question, reason: failure.reason },
          'the directory of people did not answer as it should',
        );
      }
      throw failure;
    }
  }
}
