import { describe, expect, it } from 'vitest';
import type { TokenConfig } from '../../../config/config.js';
import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { Overloaded } from '../../../protocol/overloaded.js';
import type { TokenRequest } from './grant-handler.js';
import { PasswordGrant } from './password.grant.js';
import { UndeliveredGrants } from './undelivered-grants.js';

/** What the grant calls of its collaborators, up to a directory that fails after the grant is stored. */
async function signIn(endFails: boolean): Promise<{ error: unknown; ended: unknown[] }> {
  const ended: unknown[] = [];
  const grant = { id: 'g1', clientId: 'app', subject: 'person:1', scope: [] };
  const grants = {
    begin: async () => ({ grant, refreshToken: undefined }),
    end: async (...end: unknown[]) => {
      ended.push(end);
      if (endFails) throw new Error('the database is away');
    },
  };
  const owner = { sub: 'person:1', roles: [], username: 'one', amr: ['pwd'], auth_time: 0 };
  const directory = { describe: async () => Promise.reject(new Overloaded('away', 5)) };
  const logger = { error: () => undefined } as unknown as AppLogger;
  const undelivered = new UndeliveredGrants(grants as never, logger);
  const handler = new PasswordGrant(
    { signIn: async () => ({ outcome: 'signed_in', owner }) } as never,
    directory as never,
    {} as never,
    grants as never,
    undelivered,
    { of: () => ({}) } as never,
    { answer: async () => ({}) } as never,
    {} as TokenConfig,
  );
  const request = {
    client: { clientId: 'app', scope: ['profile'], grantTypes: ['password'] },
    form: new Map([
      ['username', 'one'],
      ['password', 'secret'],
      ['scope', 'profile'],
    ]),
    ...{ ip: '192.0.2.1', userAgent: null, onSubject: () => undefined },
    disconnection: new AbortController().signal,
  } as unknown as TokenRequest;
  const error: unknown = await handler.handle(request).catch((reason: unknown) => reason);
  return { error, ended };
}

describe('a sign-in whose directory fails after the grant is stored', () => {
  it.each([false, true])(
    'ends the grant and reports the failure of the directory (ending fails: %s)',
    async (endFails) => {
      const { error, ended } = await signIn(endFails);
      expect(error).toBeInstanceOf(Overloaded);
      expect(ended).toEqual([['g1', 'undelivered']]);
    },
  );
});
