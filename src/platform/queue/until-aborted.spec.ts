import { describe, expect, it, vi } from 'vitest';
import { untilAborted } from './until-aborted.js';

describe('waiting until a signal is aborted', () => {
  it('returns what comes before that, and throws what fails before that', async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(untilAborted(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
  });

  it('ends at once when it is aborted, and gives back what comes later', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const controller = new AbortController();
    const giveBack = vi.fn<(value: number) => void>();
    const waiting = untilAborted(promise, controller.signal, giveBack);
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    resolve(7);
    await vi.waitFor(() => expect(giveBack).toHaveBeenCalledExactlyOnceWith(7));
  });

  it('either returns a value or gives it back, also when both come in the same turn', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const controller = new AbortController();
    const giveBack = vi.fn<(value: number) => void>();
    const waiting = untilAborted(promise, controller.signal, giveBack);
    resolve(7);
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(giveBack).toHaveBeenCalledExactlyOnceWith(7);
  });

  it('gives back what was wanted by an aborted request, and hides its failure', async () => {
    const giveBack = vi.fn<(value: number) => void>();
    const aborted = AbortSignal.abort(new Error('gone'));
    await expect(untilAborted(Promise.resolve(7), aborted, giveBack)).rejects.toThrow('gone');
    expect(giveBack).toHaveBeenCalledExactlyOnceWith(7);
    await expect(untilAborted(Promise.reject(new Error('broken')), aborted)).rejects.toThrow('gone');
  });
});
