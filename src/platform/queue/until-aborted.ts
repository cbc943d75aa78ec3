/**
 * Waits for something that cannot be stopped itself, until the signal is aborted.
 * @param giveBack called with the value if it comes after that
 * @throws the reason of the signal; what `awaited` rejects with
 */
export async function untilAborted<T>(
  awaited: Promise<T>,
  signal: AbortSignal,
  giveBack: (value: T) => void = () => undefined,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const giveUp = (): void => reject(signal.reason as Error);
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp, { once: true });
  awaited
    // The signal decides, not the order of the two: a value is either returned or given back.
    .then((value) => (signal.aborted ? giveBack(value) : resolve(value)), reject)
    .finally(() => signal.removeEventListener('abort', giveUp));
  return promise;
}
