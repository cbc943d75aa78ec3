import { expect } from 'vitest';
import type { Check } from '../check.js';
import { type Credentials, type Directory, signIn } from '../directory.js';
import { expectRefusal, visibleOf } from '../verdicts.js';

/** The same person with a password that is not quite the right one. */
function nearMisses({ username, password }: Credentials): Credentials[] {
  const misses = [`${password} `, ` ${password}`, password.slice(0, -1), password.toUpperCase()];
  return misses.filter((miss) => miss !== password).map((miss) => ({ username, password: miss }));
}

/** Names that mean something to databases and directories behind a directory. */
const INJECTIONS = [
  '*',
  '*)(objectClass=*',
  `' OR '1'='1`,
  `"; DROP TABLE users; --`,
  '$ne',
  '../admin',
  '__proto__',
  'constructor',
  'Ünïcödé \u{1F511}',
  'x'.repeat(512),
];

const UNKNOWN = { username: 'contract-test-nobody', password: 'tractor yellow moonlight' };

async function wrongPasswordAt(directory: Directory): Promise<object> {
  const answer = await signIn(directory, { ...directory.person, password: 'contract-test: not this one' });
  expectRefusal(answer);
  return visibleOf(answer);
}

export const REFUSAL: readonly Check[] = [
  {
    name: 'refuses an unknown person and a wrong password by the same bytes',
    run: async (directory) => {
      const unknown = await signIn(directory, UNKNOWN);
      expectRefusal(unknown);
      expect(visibleOf(unknown)).toEqual(await wrongPasswordAt(directory));
    },
  },
  {
    name: 'refuses a disabled person by the same bytes',
    canRun: ({ disabled }) => disabled !== undefined,
    run: async (directory) => {
      const disabled = await signIn(directory, directory.disabled!);
      expectRefusal(disabled);
      expect(visibleOf(disabled)).toEqual(await wrongPasswordAt(directory));
    },
  },
  {
    name: 'compares a password as it was typed',
    run: async (directory) => {
      for (const miss of nearMisses(directory.person)) expectRefusal(await signIn(directory, miss));
      expect(await signIn(directory, directory.person)).toMatchObject({ status: 200 });
    },
  },
  {
    name: 'refuses whatever is typed for a name',
    run: async (directory) => {
      for (const username of INJECTIONS) {
        expectRefusal(await signIn(directory, { username, password: directory.person.password }));
      }
    },
  },
  {
    name: 'refuses the longest password that the gateway sends, and in time',
    run: async (directory) => {
      const began = performance.now();
      expectRefusal(await signIn(directory, { ...directory.person, password: 'ü'.repeat(4096) }));
      expect(performance.now() - began, 'milliseconds').toBeLessThan(5_000);
    },
  },
];

/** Medians of a few interleaved refusals, for a person to read: networks are too noisy for a verdict. */
export async function timesOfRefusals(directory: Directory): Promise<string> {
  const times: Record<'unknown' | 'wrong', number[]> = { unknown: [], wrong: [] };
  for (let sample = 0; sample < 5; sample += 1) {
    for (const [kind, credentials] of [
      ['unknown', UNKNOWN],
      ['wrong', { ...directory.person, password: 'contract-test: not this one' }],
    ] as const) {
      const began = performance.now();
      await signIn(directory, credentials);
      times[kind].push(performance.now() - began);
    }
  }
  // The attempts that failed must not add up from run to run.
  await signIn(directory, directory.person);
  const median = (all: number[]): string => all.toSorted((a, b) => a - b)[2]!.toFixed(1);
  return `a refusal takes ${median(times.unknown)} ms for an unknown person, ${median(times.wrong)} ms for a wrong password`;
}
