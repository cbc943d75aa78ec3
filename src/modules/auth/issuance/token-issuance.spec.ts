import { describe, expect, it } from 'vitest';
import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { Overloaded } from '../../../protocol/overloaded.js';
import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import type { TokenRequest } from '../token-request.js';
import { FinalCheck } from './final-check.js';
import { TokenIssuance } from './token-issuance.js';
import { UndeliveredGrants } from './undelivered-grants.js';

/** Issues tokens for a user whose directory fails after the grant is stored. */
async function issue(endFails: boolean): Promise<{ error: unknown; ended: unknown[] }> {
  const ended: unknown[] = [];
  const grant = { id: 'g1', clientId: 'app', subject: 'person:1', scope: [] };
  const grants = {
    end: async (...end: unknown[]) => {
      ended.push(end);
      if (endFails) throw new Error('the database is away');
    },
  };
  const directory = { describe: async () => Promise.reject(new Overloaded('away', 5)) };
  const logger = { error: () => undefined } as unknown as AppLogger;
  const issuance = new TokenIssuance(
    { ofUser: async () => ({ grant, refreshToken: undefined }) } as never,
    { sign: async () => ({}) } as never,
    new FinalCheck(directory as never, {} as never, grants as never),
    new UndeliveredGrants(grants as never, logger),
  );
  const owner = { sub: 'person:1', roles: [], username: 'one' } as unknown as SignedInOwner;
  const request = {
    client: { clientId: 'app', scope: ['profile'], grantTypes: ['password'] },
    grantType: 'password',
    disconnection: new AbortController().signal,
  } as unknown as TokenRequest;
  const error: unknown = await issuance
    .toUser(owner, ['profile'], request)
    .catch((reason: unknown) => reason);
  return { error, ended };
}

describe('an issuance whose directory fails after the grant is stored', () => {
  it.each([false, true])(
    'ends the grant and reports the failure of the directory (ending fails: %s)',
    async (endFails) => {
      const { error, ended } = await issue(endFails);
      expect(error).toBeInstanceOf(Overloaded);
      expect(ended).toEqual([['g1', 'undelivered']]);
    },
  );
});
