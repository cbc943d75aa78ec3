import { expect } from 'vitest';
import { readSignedInOwner } from '../../../src/modules/directory/remote/owner-response.js';
import type { Check } from '../check.js';
import { signIn } from '../directory.js';
import { expectReadable } from '../verdicts.js';

const seconds = (): number => Math.floor(Date.now() / 1000);

/** Names of members that have no business in an answer about a person. */
const SECRET_MEMBER = /password|passwd|hash|secret|token/i;

export const SIGN_IN: readonly Check[] = [
  {
    name: 'says who signed in, and when and how',
    run: async (directory) => {
      const answer = await signIn(directory, directory.person);
      expectReadable(answer, (body) => readSignedInOwner(body, seconds()));
      expect(answer.json.auth_time, 'auth_time is now').toBeGreaterThan(seconds() - 300);
      expect(Object.keys(answer.json).filter((name) => SECRET_MEMBER.test(name))).toEqual([]);
    },
  },
  {
    name: 'knows a person by the same subject each time',
    run: async (directory) => {
      const [once, again] = [
        await signIn(directory, directory.person),
        await signIn(directory, directory.person),
      ];
      expect(once).toMatchObject({ status: 200, json: { sub: expect.any(String) } });
      expect(again).toMatchObject({ status: 200, json: { sub: once.json.sub } });
    },
  },
  {
    name: 'takes a sign-in from addresses of both families, or of none, and from a program without a name',
    run: async (directory) => {
      const from = [{ ip: '192.0.2.7' }, { ip: '2001:db8::7' }, { ip: null }, { user_agent: null }];
      for (const where of from) {
        expect(await signIn(directory, directory.person, where)).toMatchObject({ status: 200 });
      }
    },
  },
  {
    name: 'is not led astray by a member that it does not know',
    run: async (directory) => {
      const answer = await signIn(directory, directory.person, {
        sub: 'contract-test:other',
        roles: ['admin'],
      });
      expect([200, 400]).toContain(answer.status);
      if (answer.status === 400) return;
      const { json } = await signIn(directory, directory.person);
      expect({ sub: answer.json.sub, roles: answer.json.roles }).toEqual({
        sub: json.sub,
        roles: json.roles,
      });
    },
  },
];
