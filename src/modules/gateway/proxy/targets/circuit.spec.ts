import { describe, expect, it, vi } from 'vitest';
import { Circuit } from './circuit.js';
import { TimedOut, Unreached } from '../failures.js';

const OPEN_MS = 10_000;

interface Pending {
  answer(): Promise<void>;
  fail(error: Error): Promise<void>;
}

function aCircuit(failures: number, openMs = OPEN_MS): { circuit: Circuit; begin: () => Pending } {
  const circuit = new Circuit({ failures, openMs });
  return {
    circuit,
    begin() {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const outcome = circuit.run(async () => promise).catch((error: unknown) => error);
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
      expect(circuit.shutFor).toBe(0);
      await begin().fail(failure());
    }
    expect(circuit.shutFor).toBeGreaterThan(0);
  });

  it('opens at once after requests side by side that find no connection', async () => {
    const { circuit, begin } = aCircuit(3);
    const burst = [begin(), begin(), begin()];
    for (const request of burst) await request.fail(refused());
    expect(circuit.shutFor).toBeGreaterThan(0);
  });

  it.each([
    ['time out', late],
    ['are cut off', reset],
  ])('counts requests side by side that %s as one', async (_, failure) => {
    const { circuit, begin } = aCircuit(3);
    const burst = Array.from({ length: 50 }, begin);
    for (const request of burst) await request.fail(failure());
    expect(circuit.shutFor).toBe(0);
    await begin().fail(failure());
    expect(circuit.shutFor).toBe(0);
    await begin().fail(failure());
    expect(circuit.shutFor).toBeGreaterThan(0);
  });

  it('is not opened by a slow path while another answers', async () => {
    const { circuit, begin } = aCircuit(1);
    for (let round = 0; round < 5; round += 1) {
      const slow = begin();
      await begin().answer();
      await slow.fail(late());
    }
    expect(circuit.shutFor).toBe(0);
  });

  it.each(['client', 'total'] as const)('is not opened when the time of the %s was over', async (overdue) => {
    const { circuit, begin } = aCircuit(1);
    await begin().fail(new TimedOut(overdue));
    expect(circuit.shutFor).toBe(0);
  });

  it('opens again when its trial fails, whatever else was learnt meanwhile', async () => {
    const { circuit, begin } = aCircuit(1, 100);
    const old = begin();
    await begin().fail(refused());
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(circuit.shutFor).toBe(0);
    const trial = begin();
    await old.answer();
    await trial.fail(late());
    expect(circuit.shutFor).toBeGreaterThan(0);
  });

  it('lets its trial go in time even when the clock of the machine was set back', async () => {
    const { circuit, begin } = aCircuit(1, 100);
    await begin().fail(refused());
    await new Promise((resolve) => setTimeout(resolve, 120));
    // For this turn alone, in which everything is decided.
    const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
    const { shutFor } = circuit;
    const trial = begin();
    clock.mockRestore();
    expect(shutFor).toBe(0);
    await trial.answer();
    expect(circuit.shutFor).toBe(0);
  });
});
