import { expect } from 'vitest';
import type { Check } from '../check.js';
import { type Directory, ask, signIn, signInOf } from '../directory.js';
import { expectNotTheGateway } from '../verdicts.js';

/** Authorization headers of callers that are not the gateway. */
function strangersTo({ secret }: Directory): (string | null)[] {
  const otherEnd = secret.endsWith('x') ? 'y' : 'x';
  return [
    null,
    'Bearer',
    `Bearer ${'0123456789abcdef'.repeat(4)}`,
    `Bearer ${secret.slice(0, secret.length / 2)}`,
    `Bearer ${secret.slice(0, -1)}${otherEnd}`,
    `Bearer ${secret}x`,
    `Basic ${Buffer.from(`gateway:${secret}`).toString('base64')}`,
  ];
}

export const INTERNAL_SECRET: readonly Check[] = [
  {
    name: 'checks nobody’s password for a caller without the internal secret',
    run: async (directory) => {
      const body = signInOf(directory.person);
      for (const authorization of strangersTo(directory)) {
        expectNotTheGateway(await ask(directory, { authorization, body }));
      }
      expect(await ask(directory, { body })).toMatchObject({ status: 200 });
    },
  },
  {
    name: 'describes nobody to a caller without the internal secret',
    run: async (directory) => {
      const { json } = await signIn(directory, directory.person);
      const person = { method: 'GET', path: `/auth/users/${encodeURIComponent(json.sub)}` } as const;
      const nobody = { method: 'GET', path: '/auth/users/contract-test:nobody' } as const;
      for (const authorization of strangersTo(directory)) {
        for (const question of [person, nobody]) {
          expectNotTheGateway(await ask(directory, { ...question, authorization }));
        }
      }
      expect(await ask(directory, person)).toMatchObject({ status: 200 });
    },
  },
  {
    name: 'takes both secrets while they are exchanged',
    canRun: ({ previousSecret }) => previousSecret !== undefined,
    run: async (directory) => {
      const authorization = `Bearer ${directory.previousSecret}`;
      const answer = await ask(directory, { authorization, body: signInOf(directory.person) });
      expect(answer).toMatchObject({ status: 200 });
    },
  },
];
