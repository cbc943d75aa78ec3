import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Circuit } from '../../../../platform/circuit/circuit.js';
import { ClientGone, TimedOut, Unreached, lessonOf } from '../failures.js';

const OPEN_MS = 10_000;

interface Pending {
  answer(): Promise<void>;
  fail(error: Error): Promise<void>;
}

function aCircuit(
  failures: number,
  openMs = OPEN_MS,
): { circuit: Circuit; begin: (hasBody?: boolean) => Pending } {
  const circuit = new Circuit({ failures, openMs }, lessonOf);
  return {
    circuit,
    begin(hasBody = false) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const outcome = circuit.run(hasBody, async () => promise).catch((error: unknown) => error);
      return {
        async answer() {
          resolve();
          expect(await outcome).toBeUndefined();
        },
        async fail(error) {
          reject(error);
          // As it was thrown, whatever the circuit makes of it.
          expect(await outcome).toBe(error);
        },
      };
    },
  };
}

const late = (): Error => new TimedOut('upstream');
const reset = (): Error => Object.assign(new Error(), { code: 'ECONNRESET' });
const refused = (): Error => new Unreached(Object.assign(new Error(), { code: 'ECONNREFUSED' }));

describe('a circuit', () => {
  it.each([
    ['that time out', late],
    ['whose connection broke', reset],
  ])('opens after requests one after the other %s', async (_, failure) => {
    const { circuit, begin } = aCircuit(3);
    for (let nth = 0; nth < 3; nth += 1) {
      expect(circuit.shutFor(false)).toBe(0);
      await begin().fail(failure());
    }
    expect(circuit.shutFor(false)).toBeGreaterThan(0);
  });

  it('opens at once after requests side by side that find no connection', async () => {
    const { circuit, begin } = aCircuit(3);
    const burst = [begin(), begin(), begin()];
    for (const request of burst) await request.fail(refused());
    expect(circuit.shutFor(false)).toBeGreaterThan(0);
  });

  it.each([
    ['time out', late],
    ['are cut off', reset],
  ])('counts requests side by side that %s as one', async (_, failure) => {
    const { circuit, begin } = aCircuit(3);
    const burst = Array.from({ length: 50 }, () => begin());
    for (const request of burst) await request.fail(failure());
    expect(circuit.shutFor(false)).toBe(0);
    await begin().fail(failure());
    expect(circuit.shutFor(false)).toBe(0);
    await begin().fail(failure());
    expect(circuit.shutFor(false)).toBeGreaterThan(0);
  });

  it('is not opened by a slow path while another answers', async () => {
    const { circuit, begin } = aCircuit(1);
    for (let round = 0; round < 5; round += 1) {
      const slow = begin();
      await begin().answer();
      await slow.fail(late());
    }
    expect(circuit.shutFor(false)).toBe(0);
  });

  it.each(['client', 'total'] as const)('is not opened when the time of the %s was over', async (overdue) => {
    const { circuit, begin } = aCircuit(1);
    await begin().fail(new TimedOut(overdue));
    expect(circuit.shutFor(false)).toBe(0);
  });

  it('opens again when its trial fails, whatever else was learnt meanwhile', async () => {
    const { circuit, begin } = aCircuit(1, 100);
    const old = begin();
    await begin().fail(refused());
    await sleep(120);
    expect(circuit.shutFor(false)).toBe(0);
    const trial = begin();
    await old.answer();
    await trial.fail(late());
    expect(circuit.shutFor(false)).toBeGreaterThan(0);
  });

  it('waits for the outcome of a trial without a body, whoever asks', async () => {
    const { circuit, begin } = aCircuit(1, 100);
    await begin().fail(refused());
    await sleep(120);
    const trial = begin();
    await sleep(120);
    for (const hasBody of [false, true]) expect(circuit.shutFor(hasBody)).toBeGreaterThan(0);
    await trial.answer();
    for (const hasBody of [false, true]) expect(circuit.shutFor(hasBody)).toBe(0);
  });

  it('waits for no trial that has a body, unless with another, and not for long', async () => {
    const { circuit, begin } = aCircuit(1, 100);
    await begin().fail(refused());
    await sleep(120);
    const slow = begin(true);
    expect(circuit.shutFor(false)).toBe(0);
    expect(circuit.shutFor(true)).toBeGreaterThan(0);
    await sleep(120);
    expect(circuit.shutFor(true)).toBe(0);
    await begin().answer();
    expect(circuit.shutFor(true)).toBe(0);
    await slow.fail(new TimedOut('client'));
    expect(circuit.shutFor(false)).toBe(0);
  });

  it('is closed by a trial whose client went away: the next requests count anew', async () => {
    const { circuit, begin } = aCircuit(2, 0);
    for (let nth = 0; nth < 2; nth += 1) await begin().fail(refused());
    await begin().fail(new ClientGone());
    await begin().fail(refused());
    expect(circuit.shutFor(false)).toBe(0);
  });

  it('tells when it opens and when it closes, and not of trials that fail', async () => {
    const told: boolean[] = [];
    const circuit = new Circuit({ failures: 1, openMs: 0 }, lessonOf, (isOpen) => told.push(isOpen));
    for (const error of [refused(), late(), refused(), undefined, undefined, late(), undefined]) {
      const request = async (): Promise<void> => {
        if (error !== undefined) throw error;
      };
      await Promise.allSettled([circuit.run(false, request)]);
    }
    expect(told).toEqual([true, false, true, false]);
  });

  it('lets its trial go in time even when the clock of the machine was set back', async () => {
    const { circuit, begin } = aCircuit(1, 100);
    await begin().fail(refused());
    await sleep(120);
    // For this turn alone, in which everything is decided.
    const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
    const shutFor = circuit.shutFor(false);
    const trial = begin();
    clock.mockRestore();
    expect(shutFor).toBe(0);
    await trial.answer();
    expect(circuit.shutFor(false)).toBe(0);
  });
});
