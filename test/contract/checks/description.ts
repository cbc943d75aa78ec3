import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Check } from '../check.js';
import { type Answer, describePerson, signIn } from '../directory.js';
import { expectFreshJson, expectReadable, visibleOf } from '../verdicts.js';

function expectUnknown(answer: Answer): void {
  expect({ status: answer.status, error: answer.json?.error }).toEqual({
    status: 404,
    error: 'unknown_person',
  });
  expectFreshJson(answer);
}

export const DESCRIPTION: readonly Check[] = [
  {
    name: 'describes a person by the subject just as at the sign-in',
    run: async (directory) => {
      const { auth_time: _, amr: __, ...person } = (await signIn(directory, directory.person)).json;
      const answer = await describePerson(directory, person.sub);
      expectReadable(answer);
      expect(answer.json).toEqual(person);
    },
  },
  {
    name: 'says of an unknown subject, and of no other trouble, that it is unknown',
    run: async (directory) => {
      for (const sub of [
        randomUUID(),
        'contract-test:nobody',
        'contract-test/../nobody',
        'contract-test%2e:',
      ]) {
        expectUnknown(await describePerson(directory, sub));
      }
    },
  },
  {
    name: 'does not describe a disabled person',
    canRun: ({ disabled }) => disabled !== undefined,
    run: async (directory) => {
      const answer = await describePerson(directory, directory.disabled!.sub);
      expectUnknown(answer);
      expect(visibleOf(answer)).toEqual(visibleOf(await describePerson(directory, 'contract-test:nobody')));
    },
  },
];
