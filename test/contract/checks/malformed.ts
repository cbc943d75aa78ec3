import { expect } from 'vitest';
import type { Check } from '../check.js';
import { type Answer, type Directory, ask, signIn, signInOf } from '../directory.js';

/** A refusal of the request, which says nothing about a person. */
function expectRequestRefused(answer: Answer, statuses: readonly number[]): void {
  expect(statuses).toContain(answer.status);
  expect(answer.json?.error).not.toBe('invalid_credentials');
}

/** Bodies that are no sign-in, by what is wrong with them. */
function bodiesFor({ person }: Directory): unknown[] {
  const { username, password } = person;
  return [
    '',
    'username=alice',
    '{',
    '[]',
    'null',
    '"text"',
    '{}',
    signInOf({ username, password: undefined as never }),
    signInOf({ username: undefined as never, password }),
    signInOf({ username: null as never, password }),
    signInOf({ username: { $ne: null } as never, password }),
    signInOf({ username: [username] as never, password }),
    signInOf({ username, password: 7 as never }),
    signInOf({ username, password: { $ne: null } as never }),
  ];
}

export const MALFORMED: readonly Check[] = [
  {
    name: 'refuses a request that is no sign-in, and never as a person',
    run: async (directory) => {
      for (const body of bodiesFor(directory)) {
        expectRequestRefused(await ask(directory, { body }), [400, 415, 422]);
      }
      expect(await signIn(directory, directory.person)).toMatchObject({ status: 200 });
    },
  },
  {
    name: 'has no other methods',
    run: async (directory) => {
      const { json } = await signIn(directory, directory.person);
      const body = signInOf(directory.person);
      for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
        expectRequestRefused(await ask(directory, { method, body }), [404, 405]);
      }
      expectRequestRefused(await ask(directory, { method: 'GET' }), [404, 405]);
      const path = `/auth/users/${encodeURIComponent(json.sub)}`;
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        expectRequestRefused(await ask(directory, { method, path, body }), [404, 405]);
      }
      expect(await signIn(directory, directory.person)).toMatchObject({ status: 200 });
    },
  },
  {
    name: 'takes no larger body than any sign-in has',
    run: async (directory) => {
      const huge = signInOf({ ...directory.person, password: 'x'.repeat(1024 * 1024) });
      // A server may as well close the connection on who goes on sending.
      const answer = await ask(directory, { body: huge }).catch(() => undefined);
      if (answer !== undefined) expectRequestRefused(answer, [400, 413, 422]);
      expect(await signIn(directory, directory.person)).toMatchObject({ status: 200 });
    },
  },
];
